//! Column headers as the departments print them.

use super::department_records::SourceKind;

/// Headers of a source. `deviating`: the one county that prints its own form.
pub(super) fn source_headers(source: SourceKind, deviating: bool) -> Vec<String> {
    let list: &[&str] = match (source, deviating) {
        (SourceKind::RegistryHousehold, false) => &[
            "县(市、区)",
            "乡(镇)",
            "行政村",
            "户编号",
            "户主姓名",
            "户主证件号码",
            "贫困户属性",
            "脱贫标志",
            "脱贫年度",
            "主要致贫原因",
            "其他致贫原因",
            "人数",
            "人均纯收入",
            "是否危房户",
            "危房级别",
            "是否饮水困难",
            "饮水是否安全",
            "住房面积",
            "帮扶责任人",
            "户联系电话",
            "银行账号",
        ],
        (SourceKind::RegistryHousehold, true) => &[
            "县(市、区)",
            "乡(镇)",
            "行政村",
            "户编号",
            "户主",
            "户主身份证号码",
            "贫困户类型",
            "脱贫属性",
            "脱贫年度",
            "致贫原因1",
            "其他致贫原因",
            "家庭人口数",
            "人均纯收入(元)",
            "危房户",
            "危房级别",
            "饮水是否困难",
            "是否解决安全饮用水",
            "住房面积(平方米)",
            "帮扶责任人",
            "联系电话",
            "银行账号",
        ],
        (SourceKind::RegistryPerson, false) => &[
            "县(市、区、旗)",
            "乡(镇)",
            "行政村",
            "户编号",
            "人编号",
            "姓名",
            "性别",
            "证件号码",
            "与户主关系",
            "民族",
            "文化程度",
            "在校生状况",
            "健康状况",
            "劳动技能",
            "务工时间(月)",
            "是否参加城乡居民基本医疗保险",
            "是否参加大病保险",
            "是否参加城乡居民基本养老保险",
            "是否享受低保",
            "人员状态",
            "人联系电话",
        ],
        (SourceKind::RegistryPerson, true) => &[
            "县(市、区、旗)",
            "乡(镇)",
            "行政村",
            "户编号",
            "人编号",
            "姓名",
            "性别",
            "公民身份号码或残疾证号",
            "与户主关系",
            "民族",
            "文化程度",
            "在校生状况",
            "健康状况",
            "劳动能力",
            "务工时间",
            "新型农村合作医疗",
            "是否参加大病医疗",
            "是否参加城乡居民基本养老保险",
            "是否享受低保",
            "人员状态",
            "联系电话",
        ],
        (SourceKind::Dibao, _) => return dibao_headers(deviating),
        (SourceKind::Tekun, _) => {
            &["XM", "SFZH", "XIAN", "XIANG", "CUN", "GYFS", "GYJG", "ZLNL", "ZLR", "ZLXY", "GYJ", "QSNY"]
        }
        (SourceKind::Insurance, false) => &[
            "年度",
            "姓名",
            "身份证号",
            "性别",
            "出生日期",
            "县区",
            "乡镇",
            "村",
            "参保人员类别",
            "参保状态",
            "停保原因",
            "险种",
            "个人缴费",
            "财政补贴",
            "资助参保标识",
            "大病保险标识",
            "大病补充标识",
            "商业补充标识",
            "医疗救助对象标识",
        ],
        (SourceKind::Insurance, true) => &[
            "参保年度",
            "姓名",
            "公民身份号码",
            "性别",
            "出生日期",
            "县(区)",
            "乡镇",
            "村(社区)",
            "人员类别",
            "参保状态",
            "停保原因",
            "险种类型",
            "个人缴费金额",
            "资助金额",
            "资助参保标识",
            "二次补偿",
            "困难群众大病补充",
            "商保补充",
            "医疗救助对象",
        ],
        (SourceKind::Housing, _) => &[
            "档案编号",
            "户主姓名",
            "身份证号码",
            "县区",
            "乡镇",
            "村",
            "家庭人口",
            "贫困户类型",
            "危房等级",
            "改造原因",
            "改造方式",
            "列入年度",
            "开工日期",
            "竣工日期",
            "验收日期",
            "验收结果",
            "改造面积",
            "核定补助",
            "实际补助资金",
            "台账状态",
            "销档日期",
            "公示日期",
        ],
        (SourceKind::Student, _) => &[
            "学校",
            "学段",
            "年级",
            "班级",
            "姓名",
            "性别",
            "出生日期",
            "身份证件号",
            "全国学籍号",
            "县区",
            "乡镇",
            "村",
            "现住址",
            "监护人姓名",
            "监护人身份证号",
            "监护人关系",
            "是否残疾",
            "就读方式",
            "学籍状态",
            "入学日期",
        ],
        (SourceKind::Relocation, _) => return relocation_headers(),
        (SourceKind::DisabilityCertificate, _) => &[
            "残疾人姓名",
            "身份证号",
            "性别",
            "出生日期",
            "残疾人证号",
            "残疾类别",
            "残疾等级",
            "证件状态",
            "县区",
            "乡镇",
            "村",
        ],
        (SourceKind::Deceased, _) => {
            &["姓名", "身份证号", "性别", "死亡日期", "注销日期", "信息来源", "县区", "乡镇", "村"]
        }
        (SourceKind::StudentAid, _) => &[
            "学校",
            "姓名",
            "身份证号",
            "学期",
            "受助项目",
            "受助金额",
            "资助类别",
            "监护人姓名",
            "监护人身份证号",
            "监护人关系",
        ],
    };
    list.iter().map(|h| (*h).to_owned()).collect()
}

/// Headers that a list has besides where events happen; its rows end with these cells.
pub(super) fn event_headers(source: SourceKind) -> &'static [&'static str] {
    match source {
        SourceKind::RegistryPerson => &["务工所在地", "义务教育阶段未上学原因", "人员识别时间"],
        SourceKind::Student => &["异动日期", "异动原因"],
        SourceKind::Tekun => &["供养意愿"],
        _ => &[],
    }
}

fn relocation_headers() -> Vec<String> {
    let front = [
        "搬迁编号",
        "县区",
        "乡镇",
        "村",
        "安置方式",
        "安置点",
        "入住日期",
        "户口是否迁移",
        "安置住房面积",
        "建房补助",
        "农户自筹",
        "户主姓名",
        "户主身份证号",
    ];
    let members = (1..=RELOCATED_MEMBERS)
        .flat_map(|n| [format!("成员{n}姓名"), format!("成员{n}身份证号"), format!("成员{n}与户主关系")]);
    front.iter().map(|h| (*h).to_owned()).chain(members).collect()
}

/// Members besides the head that a row of the list of relocated households has room for.
pub(super) const RELOCATED_MEMBERS: usize = 5;

fn dibao_headers(deviating: bool) -> Vec<String> {
    let (front, back): (&[&str], &[&str]) = if deviating {
        (
            &[
                "区划名称",
                "镇办",
                "村委会",
                "低保家庭代码",
                "证号",
                "家庭住址",
                "申请人",
                "申请人公民身份号码",
                "城乡属性",
                "救助方式",
                "保障对象范围",
            ],
            &[
                "保障人数(人)",
                "家庭收入(月)",
                "月救助金额",
                "救助开始月",
                "救助结束月",
                "结束原因",
                "银行账号",
            ],
        )
    } else {
        (
            &[
                "县区",
                "乡镇街",
                "村社区",
                "家庭编号",
                "低保证号",
                "地址",
                "户主姓名",
                "户主身份证号",
                "类别",
                "救助类型",
                "保障方式",
            ],
            &["保障人口数", "家庭月收入", "月保障金", "起保年月", "停保年月", "停保原因", "银行账号"],
        )
    };
    let mut out: Vec<String> = front.iter().map(|h| (*h).to_owned()).collect();
    for n in 1..=6 {
        let own = [format!("成员姓名{n}"), format!("成员身份证号{n}"), format!("成员关系{n}")];
        let other = format!("共同生活成员{n}");
        out.extend(if deviating {
            [other.clone(), format!("{other}公民身份号码"), format!("{other}与申请人关系")]
        } else {
            own
        });
    }
    out.extend(back.iter().map(|h| (*h).to_owned()));
    out
}

/// Position of the number of the person a row is of, in lists of one person a row.
pub(super) fn number_column(source: SourceKind) -> Option<usize> {
    match source {
        SourceKind::RegistryHousehold => Some(5),
        SourceKind::RegistryPerson | SourceKind::Student => Some(7),
        SourceKind::Tekun | SourceKind::DisabilityCertificate => Some(1),
        SourceKind::Housing => Some(2),
        _ => None,
    }
}

/// Headers that a list has besides where lists are hard to link: the registry states birth dates.
pub(super) fn hard_headers(source: SourceKind) -> &'static [&'static str] {
    match source {
        SourceKind::RegistryPerson => &["出生日期"],
        _ => &[],
    }
}

/// Position of the cell that no row may lack.
pub(super) fn name_column(source: SourceKind) -> usize {
    match source {
        // The registry keys its households by number; a nameless head still counts.
        SourceKind::RegistryHousehold => 3,
        SourceKind::RegistryPerson => 5,
        SourceKind::Dibao => 6,
        SourceKind::Tekun => 0,
        SourceKind::Insurance | SourceKind::Housing | SourceKind::StudentAid => 1,
        SourceKind::Student => 4,
        SourceKind::Deceased | SourceKind::DisabilityCertificate => 0,
        SourceKind::Relocation => 11,
    }
}
