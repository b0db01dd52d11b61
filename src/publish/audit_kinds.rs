//! What audits are called where notices are counted by kind.

/// The kind that an audit is of, Chinese; what has no name of its own is one of the others.
pub(super) fn audit_kind(audit: &str) -> &'static str {
    match audit {
        "missing_county" | "missing_township" | "missing_part" | "missing_members" | "new_ones_alone"
        | "missing_months" | "late_months" => "名单不齐",
        "stale_list" | "unchanged_file" | "other_quarter" | "implausible_period" => "期别不符或没有更新",
        "opposite_list" => "报来的是相反的名单",
        "column_of_some" | "column_of_few" => "一列只有部分文件有",
        "missing_column" | "unreadable_column" => "名单没有这些列",
        "unreadable_part" | "cut_at_limit" | "table_below" | "cells_without_header" => "部分内容没有读入",
        "swapped_headers" | "slid_column" | "swapped_ends" => "列错位或写反",
        "unusable_numbers" | "few_unusable_numbers" | "few_contradictions" => "证件号码认不准",
        "unusable_names" | "few_unusable_names" | "lost_letters" => "姓名认不准",
        "unknown_place" | "few_unknown_places" | "places_apart" | "unknown_village" => "乡镇、村对不上",
        "unknown_codes" | "open_codes" | "unheard_words" => "不在代码表内的写法",
        "shared_households" | "group_heads" | "unmet_keys" | "repeated_member" => "户编号有问题",
        "duplicate_rows" | "duplicate_key" | "duplicate_file" => "重复的文件或记录",
        "deviating_amounts" | "unusual_amounts" => "金额异常",
        "late_start" | "ends_of_all" | "reason_without_end" | "before_birth" | "impossible_day" => {
            "起止日期有问题"
        }
        "ignored_state" | "other_scheme" => "状态或类别没有用上",
        "rejected_people" => "退回的行里有人",
        "reject_share" | "cell_warnings" => "退回或读不出的偏多",
        "row_count_change" | "round_row_count" | "stated_total" | "empty_source" => "条数可疑",
        "padded_cells" | "line_row" | "example_row" | "file_note" => "文件里的说明或填充",
        crate::normalize::UNKNOWN_ID_PREFIX => "证件号码前六位不在前缀表里",
        _ => "其他提醒",
    }
}
