use super::*;
use crate::extract::marked_text::CellMark;
use crate::model::file_account::CellFault;

fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    [&kind.to_le_bytes()[..], &(data.len() as u16).to_le_bytes(), data].concat()
}

fn words(values: &[u16]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_le_bytes()).collect()
}

fn number(row: u16, column: u16) -> Vec<u8> {
    record(NUMBER, &[words(&[row, column, 0]), 1f64.to_le_bytes().to_vec()].concat())
}

fn begin() -> Vec<u8> {
    record(BEGIN, &words(&[0x0600, 0x0010, 0, 0, 0, 0, 0, 0]))
}

/// A workbook stream of worksheets; all of the same content if `sheets` asks for more than there are.
fn stream(globals: &[Vec<u8>], contents: &[Vec<Vec<u8>>], sheets: usize) -> Vec<u8> {
    let bound = |name: usize, at: usize| {
        let head = (at as u32).to_le_bytes();
        record(
            BOUND_SHEET,
            &[&head[..], &[0, 0, 2, 0, b'A' + (name / 26) as u8, b'A' + (name % 26) as u8]].concat(),
        )
    };
    let length = begin().len() + globals.concat().len() + sheets * bound(0, 0).len() + 4;
    let pages: Vec<Vec<u8>> =
        contents.iter().map(|c| [begin(), c.concat(), record(END, &[])].concat()).collect();
    let place = |name: usize| length + pages[..name.min(pages.len() - 1)].iter().map(Vec::len).sum::<usize>();
    let bounds: Vec<Vec<u8>> = (0..sheets).map(|name| bound(name, place(name))).collect();
    [begin(), globals.concat(), bounds.concat(), record(END, &[]), pages.concat()].concat()
}

fn file(stream: &[u8]) -> Vec<u8> {
    let mut file = CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    file.create_stream("/Workbook").unwrap().write_all(stream).unwrap();
    file.into_inner().into_inner()
}

fn refusal(globals: &[Vec<u8>], contents: &[Vec<Vec<u8>>], sheets: usize) -> String {
    let error = rebuild_biff_workbook(file(&stream(globals, contents, sheets))).err().unwrap();
    assert!(error.hint_text().is_some());
    error.message().to_owned()
}

#[test]
fn cells_in_far_corners_make_no_large_rectangle() {
    let several = record(MULTIPLE_NUMBERS, &words(&[9, 7, 0, 0, 0x3FF0, 0, 0, 0x4000, 8]));
    let formula = record(FORMULA, &[words(&[u16::MAX, 255, 0]), vec![0; 14], words(&[0])].concat());
    let page = vec![number(0, 0), number(u16::MAX, u16::MAX), several, formula];
    let sound = rebuild_biff_workbook(file(&stream(&[], &[page], 1))).unwrap();
    let mut book: calamine::Xls<_> = calamine::Reader::new(Cursor::new(sound.bytes)).unwrap();
    let range = calamine::Reader::worksheet_range(&mut book, "AA").unwrap();
    assert_eq!(range.get_size(), (1, 5));
    let places = range.used_cells().map(|(row, column, data)| {
        let place = sound.sheets[0].places.unfold(row as u32, column as u32).unwrap();
        (place, data.to_string())
    });
    let expected =
        [((0, 0), "1"), ((65_535, 65_535), "1"), ((9, 7), "1"), ((9, 8), "2"), ((65_535, 255), "0")];
    assert_eq!(places.collect::<Vec<_>>(), expected.map(|(place, text)| (place, text.to_owned())));
}

#[test]
fn rows_of_numbers_are_not_torn_apart() {
    let several = |row: u16| {
        let numbers: Vec<u8> =
            (0..300u32).flat_map(|at| [&[0, 0][..], &(at << 2 | 2).to_le_bytes()].concat()).collect();
        record(MULTIPLE_NUMBERS, &[words(&[row, 0]), numbers, words(&[299])].concat())
    };
    let page: Vec<Vec<u8>> = (0..10).map(several).collect();
    let sound = rebuild_biff_workbook(file(&stream(&[], &[page], 1))).unwrap();
    let mut book: calamine::Xls<_> = calamine::Reader::new(Cursor::new(sound.bytes)).unwrap();
    let range = calamine::Reader::worksheet_range(&mut book, "AA").unwrap();
    let mut seen = 0;
    for (row, column, data) in range.used_cells() {
        let place = sound.sheets[0].places.unfold(row as u32, column as u32).unwrap();
        assert_eq!((place.0, data.to_string()), (seen / 300, place.1.to_string()));
        seen += 1;
    }
    assert_eq!(seen, 3000);
    let torn = record(MULTIPLE_NUMBERS, &words(&[0, 5, 0, 0, 0, 4]));
    assert!(refusal(&[], &[vec![torn]], 1).contains("已损坏"));
}

#[test]
fn a_text_counts_for_every_cell_that_shares_it() {
    let (long, cells) = (u16::MAX, 2_000u16);
    let head = [&[1, 0, 0, 0, 1, 0, 0, 0][..], &long.to_le_bytes(), &[0]].concat();
    let mut globals = vec![record(SHARED_STRINGS, &head)];
    // The text goes on over eight records, here wide and there narrow.
    let mut left = usize::from(long);
    while left > 0 {
        let wide = left % 2 == 1;
        let here = left.min(if wide { 4_000 } else { 8_001 });
        globals.push(record(
            CONTINUE,
            &[vec![u8::from(wide)], vec![b'A'; here * (1 + usize::from(wide))]].concat(),
        ));
        left -= here;
    }
    let cell = |row: u16| record(SHARED_STRING_CELL, &words(&[row, 0, 0, 0, 0]));
    let page: Vec<Vec<u8>> = (0..cells).map(cell).collect();
    rebuild_biff_workbook(file(&stream(&globals, std::slice::from_ref(&page), 1))).unwrap();
    // Two worksheets of such cells are 790 megabytes, more than a small file may stand for.
    assert!(refusal(&globals, &[page.clone(), page], 2).contains("文字超过"));
    // A cell may claim a text that it does not have.
    let label = |row: u16| record(LABEL, &words(&[row, 0, 0, u16::MAX, 0]));
    let page: Vec<Vec<u8>> = (0..3_000).map(label).collect();
    assert!(refusal(&[], &[page], 1).contains("文字超过"));
}

#[test]
fn worksheets_in_one_place_are_refused() {
    let page = vec![vec![number(0, 0); 1000]];
    rebuild_biff_workbook(file(&stream(&[], &page, 1))).unwrap();
    assert!(refusal(&[], &page, 2).contains("已损坏"));
    // Or one within the other, whichever comes first.
    let pages = [vec![number(0, 0); 3], vec![number(1, 1)]];
    let whole = stream(&[], &pages, 2);
    for (first, second) in [(0, 1), (1, 0)] {
        let mut stream = whole.clone();
        let at: Vec<usize> =
            (0..stream.len() - 1).filter(|&at| stream[at..at + 2] == BOUND_SHEET.to_le_bytes()).collect();
        let start = u32::from_le_bytes(stream[at[0] + 4..at[0] + 8].try_into().unwrap());
        stream[at[first] + 4..at[first] + 8].copy_from_slice(&start.to_le_bytes());
        let within = start + begin().len() as u32 + number(0, 0).len() as u32;
        stream[at[second] + 4..at[second] + 8].copy_from_slice(&within.to_le_bytes());
        assert!(rebuild_biff_workbook(file(&stream)).is_err());
    }
}

#[test]
fn what_a_worksheet_says_of_its_extent_is_not_believed() {
    let extent = |rows: u32| {
        record(DIMENSIONS, &[&0u32.to_le_bytes()[..], &rows.to_le_bytes(), &words(&[0, 255, 0])].concat())
    };
    let sound =
        rebuild_biff_workbook(file(&stream(&[], &[vec![extent(u32::MAX - 1), number(3, 1)]], 1))).unwrap();
    let mut book: calamine::Xls<_> = calamine::Reader::new(Cursor::new(sound.bytes)).unwrap();
    let range = calamine::Reader::worksheet_range(&mut book, "AA").unwrap();
    assert_eq!((range.get_size(), sound.sheets[0].places.unfold(0, 0)), ((1, 1), Some((3, 1))));
}

#[test]
fn an_encrypted_workbook_wants_its_password() {
    for kind in [0u16, 1] {
        let text = refusal(&[record(PASSWORD, &words(&[kind, 0, 0]))], &[vec![]], 1);
        assert!(text.contains("打开密码"), "{text}");
    }
}

#[test]
fn formats_of_the_workbook_s_own_come_first() {
    let format = |number: u16, text: &str| {
        let head = words(&[number, text.len() as u16]);
        record(NUMBER_FORMAT, &[&head[..], &[0], text.as_bytes()].concat())
    };
    let cell = |number: u16| record(CELL_FORMAT, &words(&[0, number, 0, 0, 0, 0, 0, 0, 0, 0]));
    let globals = [format(50, "000000000000000"), format(5, "yyyy-mm-dd"), cell(50), cell(5), cell(51)];
    let number = |row: u16, format: u16| {
        record(NUMBER, &[words(&[row, 0, format]), 43_174f64.to_le_bytes().to_vec()].concat())
    };
    let page = vec![number(0, 0), number(1, 1), number(2, 2)];
    let sound = rebuild_biff_workbook(file(&stream(&globals, &[page], 1))).unwrap();
    let mut book: calamine::Xls<_> = calamine::Reader::new(Cursor::new(sound.bytes)).unwrap();
    let range = calamine::Reader::worksheet_range(&mut book, "AA").unwrap();
    let dates: Vec<bool> =
        range.cells().map(|(_, _, data)| matches!(data, calamine::Data::DateTime(_))).collect();
    // The last is what everybody has.
    assert_eq!(dates, [false, true, true]);
}

#[test]
fn units_that_formats_show_are_known_by_cell() {
    let format: Vec<u16> = "0.0\"万元\"".encode_utf16().collect();
    let head = words(&[164, format.len() as u16]);
    let format = record(NUMBER_FORMAT, &[&head[..], &[1], &words(&format)].concat());
    let cell = |number: u16| record(CELL_FORMAT, &words(&[0, number, 0, 0, 0, 0, 0, 0, 0, 0]));
    let number = |row: u16, style: u16| {
        record(NUMBER, &[words(&[row, 7, style]), 5f64.to_le_bytes().to_vec()].concat())
    };
    // Two numbers beside each other, the second with the format; a formula with it.
    let several = record(MULTIPLE_NUMBERS, &words(&[2, 3, 0, 22, 0, 1, 22, 0, 4]));
    let formula =
        record(FORMULA, &[&words(&[3, 1, 1])[..], &5f64.to_le_bytes(), &words(&[0, 0, 0, 0])].concat());
    let page = vec![number(0, 0), number(1, 1), several, formula];
    let sound = rebuild_biff_workbook(file(&stream(&[format, cell(0), cell(164)], &[page], 1))).unwrap();
    let units: Vec<_> = sound.sheets[0].units.iter().map(|(place, unit)| (*place, &**unit)).collect();
    assert_eq!(units, [((1, 7), "万元"), ((2, 4), "万元"), ((3, 1), "万元")]);
}

#[test]
fn cells_that_a_font_strikes_through_and_digits_of_formats_are_known() {
    let font = |flags: u16| record(FONT, &words(&[200, flags, 0, 400, 0]));
    let text = "\"4106\"0000";
    let format =
        record(NUMBER_FORMAT, &[&words(&[164, text.len() as u16])[..], &[0], text.as_bytes()].concat());
    let cell = |font: u16, format: u16| record(CELL_FORMAT, &words(&[font, format, 0, 0, 0, 0, 0, 0, 0, 0]));
    // A plain text, and one whose first two letters are struck through; the font with the number 5 is the fifth.
    let mut strings = words(&[2, 0, 2, 0, 2]);
    strings.extend(*b"\x00ab");
    strings.extend(words(&[4]));
    strings.push(8);
    strings.extend(words(&[2]));
    strings.extend(*b"9912");
    strings.extend(words(&[0, 5, 2, 0]));
    let strings = record(SHARED_STRINGS, &strings);
    let globals =
        [font(0), font(0), font(0), font(0), font(8), format, cell(0, 0), cell(5, 0), cell(0, 164), strings];
    let shared =
        |row: u16, style: u16, string: u16| record(SHARED_STRING_CELL, &words(&[row, 1, style, string, 0]));
    let number = |row: u16, style: u16| {
        record(NUMBER, &[words(&[row, 1, style]), 7f64.to_le_bytes().to_vec()].concat())
    };
    let page =
        vec![shared(0, 0, 0), shared(1, 1, 0), shared(2, 0, 1), number(3, 0), number(4, 1), number(5, 2)];
    let sound = rebuild_biff_workbook(file(&stream(&globals, &[page], 1))).unwrap();
    let shown = &sound.sheets[0].shown;
    let part = CellMark::Part {
        kept: "12".to_owned(),
        shown: "【划掉：99】12".to_owned(),
        fault: CellFault::StruckPart,
    };
    let marks = BTreeMap::from([((1, 1), CellMark::Struck), ((2, 1), part), ((4, 1), CellMark::Struck)]);
    assert_eq!(shown.marks, marks);
    let digits: Vec<_> = shown.digits.iter().map(|(place, format)| (*place, format.shown(7.0))).collect();
    assert_eq!(digits, [((5, 1), Some("41060007".to_owned()))]);
}

#[test]
fn rows_are_counted_and_formulas_without_values_told() {
    let formula = |row: u16, value: [u8; 8], flags: u16| {
        record(FORMULA, &[&words(&[row, 1, 0])[..], &value, &words(&[flags, 0, 0, 0])].concat())
    };
    let blank = [3, 0, 0, 0, 0, 0, 0xFF, 0xFF];
    let hidden = record(ROW, &words(&[2, 0, 1, 0, 0, 0, 0x20, 0]));
    let page = vec![
        hidden,
        number(0, 0),
        number(0, 1),
        number(2, 0),
        record(LABEL, &words(&[3, 0, 0, 0])),
        formula(4, [0; 8], 2),
        formula(5, blank, 2),
        formula(6, [0; 8], 0),
        formula(7, blank, 0),
    ];
    let sound = rebuild_biff_workbook(file(&stream(&[], &[page], 1))).unwrap();
    let sheet = &sound.sheets[0];
    assert_eq!(sheet.counted, CountedRows { filled: 5, hidden: 1 });
    assert_eq!(sheet.uncalculated, BTreeSet::from([(4, 1), (5, 1)]));
}

#[test]
fn records_cut_off_are_refused() {
    let whole = stream(&[], &[vec![number(0, 0), number(1, 1)]], 1);
    rebuild_biff_workbook(file(&whole)).unwrap();
    let mut cut = whole.clone();
    cut.truncate(whole.len() - 7);
    assert!(rebuild_biff_workbook(file(&cut)).is_err());
    // Bytes missing in the middle: what follows begins elsewhere, or ends where nothing ends.
    let two = stream(&[], &[vec![number(0, 0), number(1, 1)], vec![number(0, 0)]], 2);
    rebuild_biff_workbook(file(&two)).unwrap();
    let first = two.len() - 2 * (begin().len() + 4) - 3 * number(0, 0).len();
    for missing in 1..number(0, 0).len() {
        let mut short = two.clone();
        short.drain(first + begin().len()..first + begin().len() + missing);
        assert!(rebuild_biff_workbook(file(&short)).is_err(), "{missing}");
    }
    let mut elsewhere = whole;
    let bound = elsewhere.windows(2).position(|w| w == BOUND_SHEET.to_le_bytes()).unwrap();
    elsewhere[bound + 4..bound + 8].copy_from_slice(&u32::MAX.to_le_bytes());
    assert!(rebuild_biff_workbook(file(&elsewhere)).is_err());
}
