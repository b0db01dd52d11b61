//! Han person names.

use crate::model::han;
use crate::model::han::WILDCARD;
use crate::normalize::NameForm;

super::levels! {
    /// How alike two Han names are. Earlier levels win where several apply.
    HanNameLevel {
        /// The same characters.
        Exact = "姓名一致",
        /// The same but for traditional or variant forms, private-use characters, spaces, interpuncts.
        Variant = "繁简或异体、间隔号、生僻字编码不同",
        /// The same but for a note at one of them: `(已故)`, a second name, a namesake's number.
        Note = "一方带备注",
        /// The same but for characters that one side could not read (`□`, `某`, pinyin).
        Wildcard = "生僻字以符号代替",
        /// Other characters of the same reading and tone.
        SameReadingTone = "同音（同调）",
        /// Characters that look alike.
        SimilarShape = "形近",
        /// Other characters of the same reading, tones differ.
        SameReading = "同音（异调）",
        /// Two neighbouring characters changed places.
        Swapped = "字序颠倒",
        /// One side has the last character twice, as families call children: 张元佳, 张佳佳.
        Nickname = "乳名（末字重叠）",
        /// One character is missing on one side.
        Dropped = "少一字",
        /// One of three or more characters differs, the surname agrees.
        OneCharacter = "一字不同",
        /// A given name of two or more characters is the same, the surname is another: a child who took the other parent's.
        OtherSurname = "姓不同、名相同",
        /// Only the surname agrees.
        SurnameOnly = "仅姓氏相同",
        /// Nothing above.
        Different = "姓名不同",
    }
}

impl HanNameLevel {
    /// The names are the same but for a slip of the pen.
    pub(crate) fn agrees(self) -> bool {
        self != Self::Missing && self <= Self::Dropped
    }
}

/// From which similarity (0-100) on two characters pass for each other at a glance. Chosen on
/// the lists of the tests: five of six pairs that clerks confuse pass, and fewer than one in
/// fifty of the other pairs of frequent name characters.
const ALIKE: u8 = 56;

/// Why two characters at one place may stand for each other, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum PlaceReason {
    Equal,
    Wildcard,
    Tone,
    Shape,
    Reading,
    Other,
}

/// Compares two analysed names.
pub fn han_name_level(a: &NameForm, b: &NameForm) -> HanNameLevel {
    use HanNameLevel::*;
    if a.is_missing() || b.is_missing() {
        return Missing;
    }
    let wild = a.has_wildcard() || b.has_wildcard();
    if std::ptr::eq(a, b) && !wild {
        return Exact;
    }
    if a.fold_key == b.fold_key && !wild {
        return if a.has_note() != b.has_note() {
            Note
        } else if a.clean_bytes() == b.clean_bytes() {
            Exact
        } else {
            Variant
        };
    }
    let (x, y) = (a.chars(), b.chars());
    match if x.len() == y.len() { same_length(a, b, wild) } else { other_length(x, y) } {
        Different if has_other_surname(a, b) => OtherSurname,
        level => level,
    }
}

/// Are the given names the same, of two or more characters all of which are known, and the surnames two?
fn has_other_surname(a: &NameForm, b: &NameForm) -> bool {
    let (x, y) = (a.given(), b.given());
    let surnames = a.surname_len > 0 && b.surname_len > 0 && a.surname() != b.surname();
    surnames && x.len() >= 2 && x == y && !x.contains(&WILDCARD)
}

fn same_length(a: &NameForm, b: &NameForm, wild: bool) -> HanNameLevel {
    use HanNameLevel::*;
    let (x, y) = (a.chars(), b.chars());
    let mut worst = PlaceReason::Equal;
    let (mut others, mut hidden) = (0, 0);
    for i in 0..x.len() {
        let place = compare_place(a, b, i);
        worst = worst.max(place);
        others += usize::from(place == PlaceReason::Other);
        hidden += usize::from(place == PlaceReason::Wildcard);
        // Nothing further on can help.
        if others == 2 || (others == 1 && i == 0 && !wild) {
            break;
        }
    }
    // 张□□ says no more than the surname.
    if wild && hidden + 1 >= x.len() && x.len() > 2 {
        return if others == 0 { SurnameOnly } else { Different };
    }
    match worst {
        PlaceReason::Equal | PlaceReason::Wildcard => Wildcard,
        PlaceReason::Tone => SameReadingTone,
        PlaceReason::Shape => SimilarShape,
        PlaceReason::Reading => SameReading,
        PlaceReason::Other if is_swapped_name(x, y) => Swapped,
        PlaceReason::Other if is_doubled_name(x, y) => Nickname,
        PlaceReason::Other if x[0] != y[0] => Different,
        PlaceReason::Other if others == 1 && x.len() >= 3 => OneCharacter,
        PlaceReason::Other => SurnameOnly,
    }
}

fn compare_place(a: &NameForm, b: &NameForm, i: usize) -> PlaceReason {
    let (x, y) = (a.chars()[i], b.chars()[i]);
    if x == y {
        return if x == WILDCARD { PlaceReason::Wildcard } else { PlaceReason::Equal };
    }
    if x == WILDCARD || y == WILDCARD {
        return PlaceReason::Wildcard;
    }
    let (readings, others) = (a.readings_at(i), b.readings_at(i));
    let mut found = PlaceReason::Other;
    for &p in readings.iter().filter(|&&r| r != 0) {
        for &q in others.iter().filter(|&&r| r != 0) {
            if p == q {
                return PlaceReason::Tone;
            }
            if p / 8 == q / 8 {
                found = PlaceReason::Reading;
            }
        }
    }
    if han::han_shape_similarity(x, y) >= ALIKE { PlaceReason::Shape } else { found }
}

/// Do two neighbours trade places, everything else equal?
fn is_swapped_name(x: &[char], y: &[char]) -> bool {
    match x.iter().zip(y).position(|(p, q)| p != q) {
        Some(i) if i + 1 < x.len() => x[i] == y[i + 1] && x[i + 1] == y[i] && x[i + 2..] == y[i + 2..],
        _ => false,
    }
}

/// Is the last character of one name written twice in the other, in place of the one before it?
fn is_doubled_name(x: &[char], y: &[char]) -> bool {
    let [front @ .., before, last] = x else { return false };
    let [other_front @ .., other_before, other_last] = y else { return false };
    !front.is_empty()
        && front == other_front
        && last == other_last
        && before != other_before
        && (before == last || other_before == other_last)
}

fn other_length(x: &[char], y: &[char]) -> HanNameLevel {
    use HanNameLevel::*;
    let (long, short) = if x.len() > y.len() { (x, y) } else { (y, x) };
    let prefix = long.iter().zip(short).take_while(|(p, q)| p == q).count();
    let suffix = long.iter().rev().zip(short.iter().rev()).take_while(|(p, q)| p == q).count();
    if long.len() == short.len() + 1 && prefix + suffix >= short.len() && short.len() >= 2 {
        return Dropped;
    }
    // What follows a whole name is a note that no list of notes knew.
    if prefix == short.len() && short.len() >= 2 && long.len() >= short.len() + 2 {
        return Note;
    }
    if x[0] == y[0] { SurnameOnly } else { Different }
}

#[cfg(test)]
mod tests {
    use super::HanNameLevel::*;
    use super::*;
    use proptest::prelude::*;

    fn level(a: &str, b: &str) -> HanNameLevel {
        han_name_level(&NameForm::analyse(a), &NameForm::analyse(b))
    }

    #[test]
    fn every_level() {
        for (a, b, expected) in [
            ("", "张三", Missing),
            ("张三", "张 三", Exact),
            ("陈丽华", "陳麗華", Variant),
            ("阿依·买买提", "阿依买买提", Variant),
            ("张三丰", "张三丰(已故)", Note),
            ("张三丰", "张三丰之父", Note),
            ("王□丽", "王晓丽", Wildcard),
            ("刘䶮", "刘yan", Wildcard),
            ("张小丽", "张晓丽", SameReadingTone),
            ("李建军", "李建君", SameReadingTone),
            ("单雄", "山雄", SameReading),
            ("李建军", "李建俊", SameReading),
            ("王玲", "王铃", SameReadingTone),
            ("王末", "王未", SimilarShape),
            ("赵大海", "赵太海", SimilarShape),
            ("王小明", "王明小", Swapped),
            ("张元佳", "张佳佳", Nickname),
            ("欧阳元佳", "欧阳佳佳", Nickname),
            ("张元佳", "张元元", OneCharacter),
            ("李元佳", "张佳佳", Different),
            ("欧阳小兰", "欧阳兰", Dropped),
            ("王小明", "王明", Dropped),
            ("王建国", "王建民", OneCharacter),
            ("王刚", "王芳", SurnameOnly),
            ("王建国", "王志刚", SurnameOnly),
            ("张**", "张晓丽", SurnameOnly),
            ("王刚", "李刚", Different),
            ("王建国", "李建国", OtherSurname),
            ("欧阳建国", "李建国", OtherSurname),
            ("王□国", "李□国", Different),
            ("王建国", "李芳", Different),
        ] {
            assert_eq!(level(a, b), expected, "{a} {b}");
            assert_eq!(level(b, a), expected, "{b} {a}");
        }
    }

    /// Pairs that clerks really confuse.
    #[test]
    fn look_alikes() {
        let pairs = "末未 己已 土士 大太 天夭 日曰 人入 千干 今令 玲铃 梅海 鹏朋 冉再 辛幸 沈沉 洪共 佳住 娟捐 \
                     扬杨 莹萤 晴睛 清请 栓拴 戌戍 戊戌 申甲 由田 伟炜 俊峻 淑椒 坡波 桃挑 治冶 侯候 王玉 刀力 \
                     午牛 折拆 析折 狄秋 岭玲 柱拄 广厂 尤龙 免兔 享亨 亮高 贝见 凤风 兰三 宁于 巧功 同向 会合 \
                     昌冒 芳芬 伍任 仕任 林材 梁粱 彬杉 杰木 荣菜 秀季 英美 明朋 勤勒 喜嘉 丽两 敏敬 静净 涛寿 \
                     霞露 平乎 红江 建健 文交 辉挥 永水 义叉 良艮 披波 贵责 福富 元无 胜肚 祥详 才牙 新亲 清情 \
                     淋彬 顺须 信诺 成戍 康庚 天无 岩岸 进近 坚竖 博搏 诚城 思恩 豪毫 心必 邦帮 承丞 绍绐 功攻 \
                     庆厌 河何 哲誓 超越 浩皓";
        let pairs: Vec<Vec<char>> = pairs.split_whitespace().map(|p| p.chars().collect()).collect();
        let alike = pairs.iter().filter(|p| han::han_shape_similarity(p[0], p[1]) >= ALIKE).count();
        assert!(alike * 6 >= pairs.len() * 5, "{alike} of {}", pairs.len());
    }

    /// Frequent name characters that nobody takes for each other.
    #[test]
    fn others_stay_apart() {
        let chars: Vec<char> = "伟芳娜敏静秀丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华玉萍红建国文辉力健永世广志义兴良海山仁波宁贵福生龙元全胜学祥才发武新利清飞彬富顺信子成康星光天达安岩中茂进林有坚和彪博诚先敬震振壮会思群豪心邦承乐绍功松善厚庆民友裕河哲江浩亮政谦亨奇固之轮翰朗伯宏言若鸣朋斌梁栋维启克伦翔旭鹏泽晨辰士以家致树炎德行时泰盛雄琛钧冠策腾楠榕风航弘".chars().collect();
        let mut alike = 0;
        let mut all = 0;
        for (i, &a) in chars.iter().enumerate() {
            for &b in &chars[i + 1..] {
                all += 1;
                alike += usize::from(han::han_shape_similarity(a, b) >= ALIKE);
            }
        }
        assert!(alike * 50 <= all, "{alike} of {all}");
    }

    proptest! {
        #[test]
        fn symmetric_and_total(a in "[王张李单□小晓明丽国·\\u{4E00}-\\u{4E40}]{0,5}", b in "[王张李单□小晓明丽国·\\u{4E00}-\\u{4E40}]{0,5}") {
            prop_assert_eq!(level(&a, &b), level(&b, &a));
        }
        #[test]
        fn one_name_agrees_with_itself(a in "[\\u{4E00}-\\u{9FA5}]{2,5}") {
            let form = NameForm::analyse(&a);
            let level = han_name_level(&form, &form);
            prop_assert!(matches!(level, Exact | Wildcard) || form.is_missing() || form.has_wildcard(), "{:?}", level);
        }
    }
}
