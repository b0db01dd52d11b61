//! Lists of invented people as grids, before any format: what a mutated file holds is known from here.

/// A small generator of numbers: the same files in every run.
pub(super) struct Numbers(u64);

impl Numbers {
    pub(super) fn of(seed: u64) -> Self {
        let mut numbers = Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5DEE_CE66);
        numbers.below(2);
        numbers
    }
    pub(super) fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % n
    }
    pub(super) fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
    pub(super) fn of_list<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    Blank,
    Text(String),
    Number(i64),
    /// What a spreadsheet shows for an error; a text where the format knows no errors.
    Error(&'static str),
    /// Delimited text takes it over as it is, unquoted.
    Raw(String),
}

impl Cell {
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Blank => String::new(),
            Self::Text(text) | Self::Raw(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Error(text) => (*text).to_owned(),
        }
    }
}

pub(super) fn text(text: &str) -> Cell {
    if text.is_empty() { Cell::Blank } else { Cell::Text(text.to_owned()) }
}

#[derive(Debug, Clone)]
pub(super) struct Row {
    pub cells: Vec<Cell>,
    /// The mutation changed it.
    pub touched: bool,
    /// Delimited text ends it after its last cell, whatever the others do.
    pub short: bool,
}

impl Row {
    pub(super) fn of(cells: Vec<Cell>) -> Self {
        Self { cells, touched: false, short: false }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Sheet {
    pub name: String,
    pub rows: Vec<Row>,
    /// Position of the header; none if it was taken away.
    pub header: Option<usize>,
}

#[derive(Debug, Clone)]
pub(super) struct Book {
    pub sheets: Vec<Sheet>,
    /// Some cells have several lines.
    pub several_lines: bool,
}

pub(super) const HEADER: [&str; 7] = ["学校", "姓名", "身份证号", "学期", "受助项目", "受助金额", "备注"];
pub(super) const NAME: usize = 1;
pub(super) const ID: usize = 2;
pub(super) const AMOUNT: usize = 5;

fn person(at: usize) -> (String, String) {
    const SURNAMES: [&str; 11] = ["张", "李", "王", "赵", "刘", "陈", "杨", "黄", "周", "吴", "欧阳"];
    const GIVEN: [&str; 13] =
        ["建国", "秀英", "伟", "芳", "子涵", "浩然", "梦琪", "志强", "丽", "洋", "雨桐", "宇航", "欣怡"];
    let name = format!("{}{}", SURNAMES[at % 11], GIVEN[at / 11 % 13]);
    let front = format!("410621{:04}{:02}{:02}{:03}", 2000 + at % 12, 1 + at % 11, 1 + at % 27, at);
    (name, with_check_character(&front))
}

/// GB 11643: the weighted sum of all 18 characters is 1 modulo 11.
pub(crate) fn with_check_character(front: &str) -> String {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = front.bytes().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    format!("{front}{}", ["1", "0", "X", "9", "8", "7", "6", "5", "4", "3", "2"][sum as usize % 11])
}

/// A list as a department would send it. `sheets`: how many there may be; `grid`: there may be rows above and
/// below the people.
pub(super) fn invent(numbers: &mut Numbers, sheets: usize, grid: bool) -> Book {
    let several_lines = numbers.one_in(5);
    let mut next = numbers.below(90);
    let sheets = (0..1 + numbers.below(sheets)).map(|at| {
        let mut rows = Vec::new();
        if grid && numbers.one_in(3) {
            rows.push(Row::of(vec![text("某县2018年秋季学生资助名单")]));
        }
        let header = rows.len();
        rows.push(Row::of(HEADER.iter().map(|header| text(header)).collect()));
        let people = 20 + numbers.below(12);
        for _ in 0..people {
            rows.push(invented_row(numbers, next, several_lines));
            next += 1;
        }
        if grid && numbers.one_in(4) {
            let total = format!("{people}人");
            rows.push(Row::of(vec![text("合计"), Cell::Blank, Cell::Blank, Cell::Blank, text(&total)]));
        }
        Sheet { name: format!("名单{}", at + 1), rows, header: Some(header) }
    });
    Book { sheets: sheets.collect(), several_lines }
}

fn invented_row(numbers: &mut Numbers, at: usize, several_lines: bool) -> Row {
    let (name, id) = person(at);
    let remark = match numbers.below(6) {
        0 if several_lines => "第一次\n第二次",
        1 => "补发,上月",
        2 => "原班级",
        _ => "",
    };
    Row::of(vec![
        text(numbers.of_list(&["善堂镇中心小学校", "浚县第一中学", "淇县职业中专"])),
        text(&name),
        text(&id),
        text("2018秋"),
        text(numbers.of_list(&["两免一补", "寄宿生生活补助", "国家助学金"])),
        Cell::Number(500 + at as i64),
        text(remark),
    ])
}
