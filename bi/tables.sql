-- 在发布的文件夹里运行：duckdb -init bi/tables.sql。建立 tables/ 的视图，说明见各列的注释。
-- 由 scripts/bi_database.py 生成。

CREATE OR REPLACE VIEW main.dim_division AS
SELECT "code", "name", "level", "parent_code", "county_name", "township_name", "county_code", "township_code", "village_code", "quarter"
FROM read_parquet('tables/dim_division.parquet', hive_partitioning = false);

COMMENT ON VIEW main.dim_division IS '行政区划';

COMMENT ON COLUMN main.dim_division."code" IS '代码：基准年代码，6、9或12位；市为4或6位';

COMMENT ON COLUMN main.dim_division."name" IS '名称：基准年名称';

COMMENT ON COLUMN main.dim_division."level" IS '级别：1市 2县区 3乡镇街道 4村社区';

COMMENT ON COLUMN main.dim_division."parent_code" IS '上级代码';

COMMENT ON COLUMN main.dim_division."county_name" IS '县（区）名称';

COMMENT ON COLUMN main.dim_division."township_name" IS '乡镇（街道）名称';

COMMENT ON COLUMN main.dim_division."county_code" IS '县（区）代码：6位，基准年代码；空文本表示未定';

COMMENT ON COLUMN main.dim_division."township_code" IS '乡镇（街道）代码：9位，基准年代码；空文本表示未定';

COMMENT ON COLUMN main.dim_division."village_code" IS '村（社区）代码：12位，基准年代码；空文本表示未定';

COMMENT ON COLUMN main.dim_division."quarter" IS '期间：季度如2018Q3，月份如2025M03';

CREATE OR REPLACE VIEW main.dim_household AS
SELECT "household_key", "county_code", "township_code", "village_code", "person_count", "record_count", "quarter"
FROM read_parquet('tables/dim_household.parquet', hive_partitioning = false);

COMMENT ON VIEW main.dim_household IS '户';

COMMENT ON COLUMN main.dim_household."household_key" IS '户假名：带密钥的假名，跨期不变';

COMMENT ON COLUMN main.dim_household."county_code" IS '县（区）代码：6位，基准年代码；空文本表示未定';

COMMENT ON COLUMN main.dim_household."township_code" IS '乡镇（街道）代码：9位，基准年代码；空文本表示未定';

COMMENT ON COLUMN main.dim_household."village_code" IS '村（社区）代码：12位，基准年代码；空文本表示未定';

COMMENT ON COLUMN main.dim_household."person_count" IS '人数：归入此户的人员数';

COMMENT ON COLUMN main.dim_household."record_count" IS '记录数：归入此户的记录数';

COMMENT ON COLUMN main.dim_household."quarter" IS '期间：季度如2018Q3，月份如2025M03';

CREATE OR REPLACE VIEW main.dim_person AS
SELECT "person_key", "household_key", "county_code", "township_code", "village_code", "sex", "birth_year", "id_class", "record_count", "in_review", "age_group", "quarter"
FROM read_parquet('tables/dim_person.parquet', hive_partitioning = false);

COMMENT ON VIEW main.dim_person IS '人员';

COMMENT ON COLUMN main.dim_person."person_key" IS '人员假名：带密钥的假名，跨期不变；不能还原为证件号';

COMMENT ON COLUMN main.dim_person."household_key" IS '户假名：带密钥的假名，跨期不变';

COMMENT ON COLUMN main.dim_person."county_code" IS '县（区）代码：6位，基准年代码；空文本表示未定';

COMMENT ON COLUMN main.dim_person."township_code" IS '乡镇（街道）代码：9位，基准年代码；空文本表示未定';

COMMENT ON COLUMN main.dim_person."village_code" IS '村（社区）代码：12位，基准年代码；空文本表示未定';

COMMENT ON COLUMN main.dim_person."sex" IS '性别：男、女、未知';

COMMENT ON COLUMN main.dim_person."birth_year" IS '出生年份：不含月日；空表示未知';

COMMENT ON COLUMN main.dim_person."id_class" IS '证件号类别：本人最可信的证件号的类别';

COMMENT ON COLUMN main.dim_person."record_count" IS '记录数：本期归并到此人的记录数';

COMMENT ON COLUMN main.dim_person."in_review" IS '匹配待确认：1表示有待人工确认的匹配涉及此人';

COMMENT ON COLUMN main.dim_person."age_group" IS '年龄段：期末满周岁：00-05 06-15 16-59 60-79 80+，unknown表示不清楚';

COMMENT ON COLUMN main.dim_person."quarter" IS '期间：季度如2018Q3，月份如2025M03';

CREATE OR REPLACE VIEW main.dim_quarter AS
SELECT "quarter", "year", "quarter_of_year", "start_date", "end_date", "previous_quarter", "issued_on"
FROM read_parquet('tables/dim_quarter.parquet', hive_partitioning = false);

COMMENT ON VIEW main.dim_quarter IS '期间';

COMMENT ON COLUMN main.dim_quarter."quarter" IS '期间：季度如2018Q3，月份如2025M03';

COMMENT ON COLUMN main.dim_quarter."year" IS '年';

COMMENT ON COLUMN main.dim_quarter."quarter_of_year" IS '第几季度：月份写它所在的季度';

COMMENT ON COLUMN main.dim_quarter."start_date" IS '起始日';

COMMENT ON COLUMN main.dim_quarter."end_date" IS '截止日';

COMMENT ON COLUMN main.dim_quarter."previous_quarter" IS '对比期间：与之对比的上一次发布；空表示没有';

COMMENT ON COLUMN main.dim_quarter."issued_on" IS '下发日：清单下发的日子；反馈期限早于这一天的为超期';

CREATE OR REPLACE VIEW main.dim_rule AS
SELECT "rule_code", "title", "rule_group", "severity", "subject_kind", "owner", "policy", "why", "advice", "due_days", "is_indicator", "ran", "not_run_reason", "quarter"
FROM read_parquet('tables/dim_rule.parquet', hive_partitioning = false);

COMMENT ON VIEW main.dim_rule IS '规则';

COMMENT ON COLUMN main.dim_rule."rule_code" IS '规则编号';

COMMENT ON COLUMN main.dim_rule."title" IS '疑点类型';

COMMENT ON COLUMN main.dim_rule."rule_group" IS '规则分组';

COMMENT ON COLUMN main.dim_rule."severity" IS '严重程度：S1最重';

COMMENT ON COLUMN main.dim_rule."subject_kind" IS '对象：person household record unit';

COMMENT ON COLUMN main.dim_rule."owner" IS '责任部门';

COMMENT ON COLUMN main.dim_rule."policy" IS '政策依据';

COMMENT ON COLUMN main.dim_rule."why" IS '核对理由';

COMMENT ON COLUMN main.dim_rule."advice" IS '核查建议';

COMMENT ON COLUMN main.dim_rule."due_days" IS '反馈天数：工作日，自清单下发的第二天起算';

COMMENT ON COLUMN main.dim_rule."is_indicator" IS '是否指标：1是，0否';

COMMENT ON COLUMN main.dim_rule."ran" IS '本期是否运行：1是，0否；未运行不等于没有疑点';

COMMENT ON COLUMN main.dim_rule."not_run_reason" IS '未运行原因';

COMMENT ON COLUMN main.dim_rule."quarter" IS '期间：季度如2018Q3，月份如2025M03';

CREATE OR REPLACE VIEW main.dim_source AS
SELECT "source", "title", "owner", "present", "table_count", "rows_read", "rows_accepted", "rows_rejected", "quarter"
FROM read_parquet('tables/dim_source.parquet', hive_partitioning = false);

COMMENT ON VIEW main.dim_source IS '数据来源';

COMMENT ON COLUMN main.dim_source."source" IS '来源：来源契约的名称';

COMMENT ON COLUMN main.dim_source."title" IS '来源名称';

COMMENT ON COLUMN main.dim_source."owner" IS '提供部门';

COMMENT ON COLUMN main.dim_source."present" IS '本期是否提供：1是，0否';

COMMENT ON COLUMN main.dim_source."table_count" IS '表数：文件或工作表';

COMMENT ON COLUMN main.dim_source."rows_read" IS '读入：拆分到人后的行数';

COMMENT ON COLUMN main.dim_source."rows_accepted" IS '接受';

COMMENT ON COLUMN main.dim_source."rows_rejected" IS '退回：读入=接受+退回';

COMMENT ON COLUMN main.dim_source."quarter" IS '期间：季度如2018Q3，月份如2025M03';

CREATE OR REPLACE VIEW main.fact_answer AS
SELECT "quarter", "county_code", "township_code", "village_code", "exception_id", "rule_code", "owner", "verdict", "reason", "measure", "recovered_fen", "stopped_month", "level", "answered_on", "days_to_answer", "days_after_due", "officer_key", "has_paper", "same_facts", "closes"
FROM read_parquet('tables/fact_answer.parquet', hive_partitioning = false);

COMMENT ON VIEW main.fact_answer IS '核查结果';

COMMENT ON COLUMN main.fact_answer."quarter" IS '期间：季度如2018Q3，月份如2025M03';

COMMENT ON COLUMN main.fact_answer."county_code" IS '县（区）代码：6位，基准年代码；空文本表示未定';

COMMENT ON COLUMN main.fact_answer."township_code" IS '乡镇（街道）代码：9位，基准年代码；空文本表示未定';

COMMENT ON COLUMN main.fact_answer."village_code" IS '村（社区）代码：12位，基准年代码；空文本表示未定';

COMMENT ON COLUMN main.fact_answer."exception_id" IS '疑点假名：与 fact_exception 的 exception_id 对应';

COMMENT ON COLUMN main.fact_answer."rule_code" IS '规则编号';

COMMENT ON COLUMN main.fact_answer."owner" IS '责任部门';

COMMENT ON COLUMN main.fact_answer."verdict" IS '核查结果';

COMMENT ON COLUMN main.fact_answer."reason" IS '原因代码：空文本表示没有填';

COMMENT ON COLUMN main.fact_answer."measure" IS '处理措施：空文本表示没有填';

COMMENT ON COLUMN main.fact_answer."recovered_fen" IS '追缴金额：分；空表示没有填，不等于没有追缴';

COMMENT ON COLUMN main.fact_answer."stopped_month" IS '停发月份：如201810；空表示没有填';

COMMENT ON COLUMN main.fact_answer."level" IS '核查层级：village村 township乡 county县 city市';

COMMENT ON COLUMN main.fact_answer."answered_on" IS '核查日期：空表示没有填';

COMMENT ON COLUMN main.fact_answer."days_to_answer" IS '核查用时：从首次发现期间的最后一天到核查日期的天数；空表示没有核查日期';

COMMENT ON COLUMN main.fact_answer."days_after_due" IS '超期天数：核查日期晚于反馈期限的天数，0或负数表示按期；空表示没有核查日期';

COMMENT ON COLUMN main.fact_answer."officer_key" IS '核查人假名：带密钥的假名，同一姓名相同；空表示没有填姓名';

COMMENT ON COLUMN main.fact_answer."has_paper" IS '有佐证材料：1是，0否';

COMMENT ON COLUMN main.fact_answer."same_facts" IS '原值未变：1表示核查时所依据的原值本期未变';

COMMENT ON COLUMN main.fact_answer."closes" IS '据此关闭：1表示疑点因这个核查结果关闭';

CREATE OR REPLACE VIEW main.fact_exception AS
SELECT "quarter", "county_code", "township_code", "village_code", "household_key", "person_key", "exception_id", "rule_code", "severity", "subject_kind", "owner", "first_seen", "last_seen", "quarters_open", "status", "resolved_by", "checked", "confidence", "in_review", "due_date", "evidence_record_ids", "related_exception_ids", "cause_exception_id", "is_open", "recoverable_fen", "message"
FROM read_parquet('tables/fact_exception.parquet', hive_partitioning = false);

COMMENT ON VIEW main.fact_exception IS '疑点';

COMMENT ON COLUMN main.fact_exception."quarter" IS '期间：季度如2018Q3，月份如2025M03';

COMMENT ON COLUMN main.fact_exception."county_code" IS '县（区）代码：6位，基准年代码；空文本表示未定';

COMMENT ON COLUMN main.fact_exception."township_code" IS '乡镇（街道）代码：9位，基准年代码；空文本表示未定';

COMMENT ON COLUMN main.fact_exception."village_code" IS '村（社区）代码：12位，基准年代码；空文本表示未定';

COMMENT ON COLUMN main.fact_exception."household_key" IS '户假名：带密钥的假名，跨期不变';

COMMENT ON COLUMN main.fact_exception."person_key" IS '人员假名：带密钥的假名，跨期不变；不能还原为证件号';

COMMENT ON COLUMN main.fact_exception."exception_id" IS '疑点假名：带密钥的假名，密钥不变则跨期不变；与 restricted/exception 的 exception_key 对应';

COMMENT ON COLUMN main.fact_exception."rule_code" IS '规则编号';

COMMENT ON COLUMN main.fact_exception."severity" IS '严重程度：S1最重';

COMMENT ON COLUMN main.fact_exception."subject_kind" IS '对象：person household record unit';

COMMENT ON COLUMN main.fact_exception."owner" IS '责任部门';

COMMENT ON COLUMN main.fact_exception."first_seen" IS '首次发现期间';

COMMENT ON COLUMN main.fact_exception."last_seen" IS '最近发现期间';

COMMENT ON COLUMN main.fact_exception."quarters_open" IS '连续期数：自首次发现起的期数';

COMMENT ON COLUMN main.fact_exception."status" IS '状态：new新增 persisting持续 resolved已消除 reopened复现 retired规则停用（不再核对，不等于已整改） answered已核（数据中仍有，核查结果已说明）';

COMMENT ON COLUMN main.fact_exception."resolved_by" IS '消除依据：data数据已改 rule_retired规则停用 subject_gone对象不在任何名单 moved对象已迁到别的乡镇 answer核查结果 waiver批准豁免 cause由原因已核；空表示未消除或以前的版本没有记';

COMMENT ON COLUMN main.fact_exception."checked" IS '本期已核对：0表示规则本期未运行，疑点原样保留';

COMMENT ON COLUMN main.fact_exception."confidence" IS '匹配等级：所依据的最弱匹配，1至6';

COMMENT ON COLUMN main.fact_exception."in_review" IS '匹配待确认：1表示须先确认匹配；统计时分开';

COMMENT ON COLUMN main.fact_exception."due_date" IS '反馈期限';

COMMENT ON COLUMN main.fact_exception."evidence_record_ids" IS '证据记录编号：以分号分隔，第一个为对象本身的记录';

COMMENT ON COLUMN main.fact_exception."related_exception_ids" IS '同因疑点假名：同一原因的其他疑点，以分号分隔，最可能的原因在前';

COMMENT ON COLUMN main.fact_exception."cause_exception_id" IS '根本原因假名：由哪条疑点引起；空表示自身就是原因，按件统计时只数这些';

COMMENT ON COLUMN main.fact_exception."is_open" IS '未消除：1表示新增、持续或复现，0表示已消除、规则停用或已核';

COMMENT ON COLUMN main.fact_exception."recoverable_fen" IS '应追回金额：分；疑点说明里的应追回金额，空表示这条规则不涉及金额，或金额不清楚；有根本原因的与原因的是同一笔钱，不重复相加';

COMMENT ON COLUMN main.fact_exception."message" IS '疑点说明：没有姓名和证件号；7位以上的号码只留前3位';

CREATE OR REPLACE VIEW main.fact_held AS
SELECT "quarter", "county_code", "rule_code", "source", "column_name", "unknown_cells", "records", "undecided"
FROM read_parquet('tables/fact_held.parquet', hive_partitioning = false);

COMMENT ON VIEW main.fact_held IS '按县区暂不判断的规则';

COMMENT ON COLUMN main.fact_held."quarter" IS '期间：季度如2018Q3，月份如2025M03';

COMMENT ON COLUMN main.fact_held."county_code" IS '县（区）代码：6位；空文本表示没有区划的记录';

COMMENT ON COLUMN main.fact_held."rule_code" IS '规则编号';

COMMENT ON COLUMN main.fact_held."source" IS '来源';

COMMENT ON COLUMN main.fact_held."column_name" IS '列：看不出的列；空文本表示整份名单没有报来、不是本期的，或编号与另一份名单对不上';

COMMENT ON COLUMN main.fact_held."unknown_cells" IS '看不出的格：该县区该列';

COMMENT ON COLUMN main.fact_held."records" IS '记录数：该县区该来源';

COMMENT ON COLUMN main.fact_held."undecided" IS '未判断的对象：该县区该规则';

CREATE OR REPLACE VIEW main.fact_indicator AS
SELECT "quarter", "county_code", "township_code", "village_code", "rule_code", "indicator", "label", "unit_code", "unit_level", "computable", "lacking", "numerator", "denominator", "rate", "target_rate", "target_count", "at_most", "gap_rate", "gap_count", "met", "previous_rate", "previous_count", "change_rate", "change_count", "unknown_cells"
FROM read_parquet('tables/fact_indicator.parquet', hive_partitioning = false);

COMMENT ON VIEW main.fact_indicator IS '指标';

COMMENT ON COLUMN main.fact_indicator."quarter" IS '期间：季度如2018Q3，月份如2025M03';

COMMENT ON COLUMN main.fact_indicator."county_code" IS '县（区）代码：6位，基准年代码；空文本表示未定';

COMMENT ON COLUMN main.fact_indicator."township_code" IS '乡镇（街道）代码：9位，基准年代码；空文本表示未定';

COMMENT ON COLUMN main.fact_indicator."village_code" IS '村（社区）代码：12位，基准年代码；空文本表示未定';

COMMENT ON COLUMN main.fact_indicator."rule_code" IS '规则编号';

COMMENT ON COLUMN main.fact_indicator."indicator" IS '指标：规则内的指标键';

COMMENT ON COLUMN main.fact_indicator."label" IS '指标名称';

COMMENT ON COLUMN main.fact_indicator."unit_code" IS '区划代码';

COMMENT ON COLUMN main.fact_indicator."unit_level" IS '区划级别：1市 2县区 3乡镇街道 4村社区';

COMMENT ON COLUMN main.fact_indicator."computable" IS '能否计算：1是，0否；不能计算不等于零';

COMMENT ON COLUMN main.fact_indicator."lacking" IS '缺什么：不能计算的原因';

COMMENT ON COLUMN main.fact_indicator."numerator" IS '分子：不能计算的为空';

COMMENT ON COLUMN main.fact_indicator."denominator" IS '分母：计数类指标为空';

COMMENT ON COLUMN main.fact_indicator."rate" IS '比率：分子÷分母；计数类为空';

COMMENT ON COLUMN main.fact_indicator."target_rate" IS '目标比率';

COMMENT ON COLUMN main.fact_indicator."target_count" IS '目标数';

COMMENT ON COLUMN main.fact_indicator."at_most" IS '越少越好：1是，0否';

COMMENT ON COLUMN main.fact_indicator."gap_rate" IS '比率差距：距目标还差或超出多少；0为达标';

COMMENT ON COLUMN main.fact_indicator."gap_count" IS '数量差距：距目标还差或超出多少；0为达标';

COMMENT ON COLUMN main.fact_indicator."met" IS '达标：1是，0否；没有目标的为空';

COMMENT ON COLUMN main.fact_indicator."previous_rate" IS '上次比率：对比期间的发布';

COMMENT ON COLUMN main.fact_indicator."previous_count" IS '上次数量：对比期间的发布';

COMMENT ON COLUMN main.fact_indicator."change_rate" IS '比率变化：本期减上次';

COMMENT ON COLUMN main.fact_indicator."change_count" IS '数量变化：本期减上次';

COMMENT ON COLUMN main.fact_indicator."unknown_cells" IS '看不出的格：要看的格里看不出的；分子、分母至多差这么多';

CREATE OR REPLACE VIEW main.fact_quality AS
SELECT "quarter", "county_code", "township_code", "village_code", "unit_code", "unit_level", "persons", "households", "findings", "unjudged", "deducted", "deducted_unjudged", "asked", "flawed_households", "per_hundred_centi", "score", "rank"
FROM read_parquet('tables/fact_quality.parquet', hive_partitioning = false);

COMMENT ON VIEW main.fact_quality IS '数据质量';

COMMENT ON COLUMN main.fact_quality."quarter" IS '期间：季度如2018Q3，月份如2025M03';

COMMENT ON COLUMN main.fact_quality."county_code" IS '县（区）代码：6位，基准年代码；空文本表示未定';

COMMENT ON COLUMN main.fact_quality."township_code" IS '乡镇（街道）代码：9位，基准年代码；空文本表示未定';

COMMENT ON COLUMN main.fact_quality."village_code" IS '村（社区）代码：12位，基准年代码；空文本表示未定';

COMMENT ON COLUMN main.fact_quality."unit_code" IS '区划代码';

COMMENT ON COLUMN main.fact_quality."unit_level" IS '区划级别：1市 2县区 3乡镇街道 4村社区';

COMMENT ON COLUMN main.fact_quality."persons" IS '在册人数';

COMMENT ON COLUMN main.fact_quality."households" IS '在册户数';

COMMENT ON COLUMN main.fact_quality."findings" IS '自检疑点：不含匹配待确认的';

COMMENT ON COLUMN main.fact_quality."unjudged" IS '未能检查：该查而空白、没有报、看不出的，逐项计';

COMMENT ON COLUMN main.fact_quality."deducted" IS '扣分：疑点和未能检查的，按人计：户的一项按户内在册人数计';

COMMENT ON COLUMN main.fact_quality."deducted_unjudged" IS '其中未能检查扣分';

COMMENT ON COLUMN main.fact_quality."asked" IS '应查分：每项检查问到的人全不合格时的扣分；不该问的不计';

COMMENT ON COLUMN main.fact_quality."flawed_households" IS '有疑点户数：不进入得分';

COMMENT ON COLUMN main.fact_quality."per_hundred_centi" IS '每百人扣分：百分之一分；按全市人均应查分折算';

COMMENT ON COLUMN main.fact_quality."score" IS '得分：1 − 扣分 ÷ 应查分；1为满分';

COMMENT ON COLUMN main.fact_quality."rank" IS '名次：同级区划中扣分占应查分的比例更低的个数加1';

CREATE OR REPLACE VIEW main.fact_record AS
SELECT "quarter", "person_key", "household_key", "county_code", "township_code", "village_code", "record_id", "source", "id_class", "link_tier", "in_review"
FROM read_parquet('tables/fact_record.parquet', hive_partitioning = false);

COMMENT ON VIEW main.fact_record IS '记录';

COMMENT ON COLUMN main.fact_record."quarter" IS '期间：季度如2018Q3，月份如2025M03';

COMMENT ON COLUMN main.fact_record."person_key" IS '人员假名：带密钥的假名，跨期不变；不能还原为证件号';

COMMENT ON COLUMN main.fact_record."household_key" IS '户假名：带密钥的假名，跨期不变';

COMMENT ON COLUMN main.fact_record."county_code" IS '县（区）代码：6位，基准年代码；空文本表示未定';

COMMENT ON COLUMN main.fact_record."township_code" IS '乡镇（街道）代码：9位，基准年代码；空文本表示未定';

COMMENT ON COLUMN main.fact_record."village_code" IS '村（社区）代码：12位，基准年代码；空文本表示未定';

COMMENT ON COLUMN main.fact_record."record_id" IS '记录编号：来源、文件与行';

COMMENT ON COLUMN main.fact_record."source" IS '来源';

COMMENT ON COLUMN main.fact_record."id_class" IS '证件号类别';

COMMENT ON COLUMN main.fact_record."link_tier" IS '匹配等级：1至6,1最可靠';

COMMENT ON COLUMN main.fact_record."in_review" IS '匹配待确认：1是，0否';

CREATE OR REPLACE VIEW main.fact_reject AS
SELECT "quarter", "source", "file", "sheet", "row", "member", "column_title", "reason_code", "severity"
FROM read_parquet('tables/fact_reject.parquet', hive_partitioning = false);

COMMENT ON VIEW main.fact_reject IS '退回行';

COMMENT ON COLUMN main.fact_reject."quarter" IS '期间：季度如2018Q3，月份如2025M03';

COMMENT ON COLUMN main.fact_reject."source" IS '来源';

COMMENT ON COLUMN main.fact_reject."file" IS '文件：相对提取数据文件夹';

COMMENT ON COLUMN main.fact_reject."sheet" IS '工作表';

COMMENT ON COLUMN main.fact_reject."row" IS '行：从1起';

COMMENT ON COLUMN main.fact_reject."member" IS '成员序号：未拆分的行为0';

COMMENT ON COLUMN main.fact_reject."column_title" IS '列：出错列的表头';

COMMENT ON COLUMN main.fact_reject."reason_code" IS '原因代码';

COMMENT ON COLUMN main.fact_reject."severity" IS '级别：reject整行退回 warn仅此值置空';

CREATE OR REPLACE VIEW main.fact_undecided AS
SELECT "quarter", "county_code", "township_code", "village_code", "household_key", "person_key", "rule_code", "subject_kind"
FROM read_parquet('tables/fact_undecided.parquet', hive_partitioning = false);

COMMENT ON VIEW main.fact_undecided IS '未判断的对象';

COMMENT ON COLUMN main.fact_undecided."quarter" IS '期间：季度如2018Q3，月份如2025M03';

COMMENT ON COLUMN main.fact_undecided."county_code" IS '县（区）代码：6位，基准年代码；空文本表示未定';

COMMENT ON COLUMN main.fact_undecided."township_code" IS '乡镇（街道）代码：9位，基准年代码；空文本表示未定';

COMMENT ON COLUMN main.fact_undecided."village_code" IS '村（社区）代码：12位，基准年代码；空文本表示未定';

COMMENT ON COLUMN main.fact_undecided."household_key" IS '户假名：带密钥的假名，跨期不变';

COMMENT ON COLUMN main.fact_undecided."person_key" IS '人员假名：带密钥的假名，跨期不变；不能还原为证件号';

COMMENT ON COLUMN main.fact_undecided."rule_code" IS '规则编号';

COMMENT ON COLUMN main.fact_undecided."subject_kind" IS '对象：person household record unit';

CREATE OR REPLACE VIEW main.label AS
SELECT "code_set", "code", "title", "title_en", "code_order"
FROM read_parquet('tables/label.parquet', hive_partitioning = false);

COMMENT ON VIEW main.label IS '代码';

COMMENT ON COLUMN main.label."code_set" IS '代码表：列名；退回行的为 reject_reason、reject_severity，核查层级为 answer_level';

COMMENT ON COLUMN main.label."code" IS '代码：整数列的代码写成文本';

COMMENT ON COLUMN main.label."title" IS '名称';

COMMENT ON COLUMN main.label."title_en" IS '英文名称：空表示业务自定的词，没有英文';

COMMENT ON COLUMN main.label."code_order" IS '顺序：同一代码表内从1起';

CREATE SCHEMA IF NOT EXISTS history;

CREATE OR REPLACE VIEW history.dim_division AS
SELECT "code", "name", "level", "parent_code", "county_name", "township_name", "county_code", "township_code", "village_code", COALESCE("quarter", regexp_extract(filename, '([^/\\]+)[/\\]latest[/\\]', 1)) AS "quarter"
FROM read_parquet('../../*/latest/tables/dim_division.parquet', union_by_name = true, filename = true, hive_partitioning = false);

COMMENT ON VIEW history.dim_division IS '行政区划（各期当前的发布）';

COMMENT ON COLUMN history.dim_division."code" IS '代码：基准年代码，6、9或12位；市为4或6位';

COMMENT ON COLUMN history.dim_division."name" IS '名称：基准年名称';

COMMENT ON COLUMN history.dim_division."level" IS '级别：1市 2县区 3乡镇街道 4村社区';

COMMENT ON COLUMN history.dim_division."parent_code" IS '上级代码';

COMMENT ON COLUMN history.dim_division."county_name" IS '县（区）名称';

COMMENT ON COLUMN history.dim_division."township_name" IS '乡镇（街道）名称';

COMMENT ON COLUMN history.dim_division."county_code" IS '县（区）代码：6位，基准年代码；空文本表示未定';

COMMENT ON COLUMN history.dim_division."township_code" IS '乡镇（街道）代码：9位，基准年代码；空文本表示未定';

COMMENT ON COLUMN history.dim_division."village_code" IS '村（社区）代码：12位，基准年代码；空文本表示未定';

COMMENT ON COLUMN history.dim_division."quarter" IS '期间：季度如2018Q3，月份如2025M03';

CREATE OR REPLACE VIEW history.dim_household AS
SELECT "household_key", "county_code", "township_code", "village_code", "person_count", "record_count", COALESCE("quarter", regexp_extract(filename, '([^/\\]+)[/\\]latest[/\\]', 1)) AS "quarter"
FROM read_parquet('../../*/latest/tables/dim_household.parquet', union_by_name = true, filename = true, hive_partitioning = false);

COMMENT ON VIEW history.dim_household IS '户（各期当前的发布）';

COMMENT ON COLUMN history.dim_household."household_key" IS '户假名：带密钥的假名，跨期不变';

COMMENT ON COLUMN history.dim_household."county_code" IS '县（区）代码：6位，基准年代码；空文本表示未定';

COMMENT ON COLUMN history.dim_household."township_code" IS '乡镇（街道）代码：9位，基准年代码；空文本表示未定';

COMMENT ON COLUMN history.dim_household."village_code" IS '村（社区）代码：12位，基准年代码；空文本表示未定';

COMMENT ON COLUMN history.dim_household."person_count" IS '人数：归入此户的人员数';

COMMENT ON COLUMN history.dim_household."record_count" IS '记录数：归入此户的记录数';

COMMENT ON COLUMN history.dim_household."quarter" IS '期间：季度如2018Q3，月份如2025M03';

CREATE OR REPLACE VIEW history.dim_person AS
SELECT "person_key", "household_key", "county_code", "township_code", "village_code", "sex", "birth_year", "id_class", "record_count", "in_review", "age_group", COALESCE("quarter", regexp_extract(filename, '([^/\\]+)[/\\]latest[/\\]', 1)) AS "quarter"
FROM read_parquet('../../*/latest/tables/dim_person.parquet', union_by_name = true, filename = true, hive_partitioning = false);

COMMENT ON VIEW history.dim_person IS '人员（各期当前的发布）';

COMMENT ON COLUMN history.dim_person."person_key" IS '人员假名：带密钥的假名，跨期不变；不能还原为证件号';

COMMENT ON COLUMN history.dim_person."household_key" IS '户假名：带密钥的假名，跨期不变';

COMMENT ON COLUMN history.dim_person."county_code" IS '县（区）代码：6位，基准年代码；空文本表示未定';

COMMENT ON COLUMN history.dim_person."township_code" IS '乡镇（街道）代码：9位，基准年代码；空文本表示未定';

COMMENT ON COLUMN history.dim_person."village_code" IS '村（社区）代码：12位，基准年代码；空文本表示未定';

COMMENT ON COLUMN history.dim_person."sex" IS '性别：男、女、未知';

COMMENT ON COLUMN history.dim_person."birth_year" IS '出生年份：不含月日；空表示未知';

COMMENT ON COLUMN history.dim_person."id_class" IS '证件号类别：本人最可信的证件号的类别';

COMMENT ON COLUMN history.dim_person."record_count" IS '记录数：本期归并到此人的记录数';

COMMENT ON COLUMN history.dim_person."in_review" IS '匹配待确认：1表示有待人工确认的匹配涉及此人';

COMMENT ON COLUMN history.dim_person."age_group" IS '年龄段：期末满周岁：00-05 06-15 16-59 60-79 80+，unknown表示不清楚';

COMMENT ON COLUMN history.dim_person."quarter" IS '期间：季度如2018Q3，月份如2025M03';

CREATE OR REPLACE VIEW history.dim_quarter AS
SELECT "quarter", "year", "quarter_of_year", "start_date", "end_date", "previous_quarter", COALESCE("issued_on", "end_date") AS "issued_on"
FROM read_parquet('../../*/latest/tables/dim_quarter.parquet', union_by_name = true, filename = true, hive_partitioning = false);

COMMENT ON VIEW history.dim_quarter IS '期间（各期当前的发布）';

COMMENT ON COLUMN history.dim_quarter."quarter" IS '期间：季度如2018Q3，月份如2025M03';

COMMENT ON COLUMN history.dim_quarter."year" IS '年';

COMMENT ON COLUMN history.dim_quarter."quarter_of_year" IS '第几季度：月份写它所在的季度';

COMMENT ON COLUMN history.dim_quarter."start_date" IS '起始日';

COMMENT ON COLUMN history.dim_quarter."end_date" IS '截止日';

COMMENT ON COLUMN history.dim_quarter."previous_quarter" IS '对比期间：与之对比的上一次发布；空表示没有';

COMMENT ON COLUMN history.dim_quarter."issued_on" IS '下发日：清单下发的日子；反馈期限早于这一天的为超期';

CREATE OR REPLACE VIEW history.dim_rule AS
SELECT "rule_code", "title", "rule_group", "severity", "subject_kind", "owner", "policy", "why", "advice", "due_days", "is_indicator", "ran", "not_run_reason", COALESCE("quarter", regexp_extract(filename, '([^/\\]+)[/\\]latest[/\\]', 1)) AS "quarter"
FROM read_parquet('../../*/latest/tables/dim_rule.parquet', union_by_name = true, filename = true, hive_partitioning = false);

COMMENT ON VIEW history.dim_rule IS '规则（各期当前的发布）';

COMMENT ON COLUMN history.dim_rule."rule_code" IS '规则编号';

COMMENT ON COLUMN history.dim_rule."title" IS '疑点类型';

COMMENT ON COLUMN history.dim_rule."rule_group" IS '规则分组';

COMMENT ON COLUMN history.dim_rule."severity" IS '严重程度：S1最重';

COMMENT ON COLUMN history.dim_rule."subject_kind" IS '对象：person household record unit';

COMMENT ON COLUMN history.dim_rule."owner" IS '责任部门';

COMMENT ON COLUMN history.dim_rule."policy" IS '政策依据';

COMMENT ON COLUMN history.dim_rule."why" IS '核对理由';

COMMENT ON COLUMN history.dim_rule."advice" IS '核查建议';

COMMENT ON COLUMN history.dim_rule."due_days" IS '反馈天数：工作日，自清单下发的第二天起算';

COMMENT ON COLUMN history.dim_rule."is_indicator" IS '是否指标：1是，0否';

COMMENT ON COLUMN history.dim_rule."ran" IS '本期是否运行：1是，0否；未运行不等于没有疑点';

COMMENT ON COLUMN history.dim_rule."not_run_reason" IS '未运行原因';

COMMENT ON COLUMN history.dim_rule."quarter" IS '期间：季度如2018Q3，月份如2025M03';

CREATE OR REPLACE VIEW history.dim_source AS
SELECT "source", "title", "owner", "present", "table_count", "rows_read", "rows_accepted", "rows_rejected", COALESCE("quarter", regexp_extract(filename, '([^/\\]+)[/\\]latest[/\\]', 1)) AS "quarter"
FROM read_parquet('../../*/latest/tables/dim_source.parquet', union_by_name = true, filename = true, hive_partitioning = false);

COMMENT ON VIEW history.dim_source IS '数据来源（各期当前的发布）';

COMMENT ON COLUMN history.dim_source."source" IS '来源：来源契约的名称';

COMMENT ON COLUMN history.dim_source."title" IS '来源名称';

COMMENT ON COLUMN history.dim_source."owner" IS '提供部门';

COMMENT ON COLUMN history.dim_source."present" IS '本期是否提供：1是，0否';

COMMENT ON COLUMN history.dim_source."table_count" IS '表数：文件或工作表';

COMMENT ON COLUMN history.dim_source."rows_read" IS '读入：拆分到人后的行数';

COMMENT ON COLUMN history.dim_source."rows_accepted" IS '接受';

COMMENT ON COLUMN history.dim_source."rows_rejected" IS '退回：读入=接受+退回';

COMMENT ON COLUMN history.dim_source."quarter" IS '期间：季度如2018Q3，月份如2025M03';

CREATE OR REPLACE VIEW history.fact_answer AS
SELECT "quarter", "county_code", "township_code", "village_code", "exception_id", "rule_code", "owner", "verdict", "reason", "measure", "recovered_fen", "stopped_month", "level", "answered_on", "days_to_answer", "days_after_due", "officer_key", "has_paper", "same_facts", "closes"
FROM read_parquet('../../*/latest/tables/fact_answer.parquet', union_by_name = true, filename = true, hive_partitioning = false);

COMMENT ON VIEW history.fact_answer IS '核查结果（各期当前的发布）';

COMMENT ON COLUMN history.fact_answer."quarter" IS '期间：季度如2018Q3，月份如2025M03';

COMMENT ON COLUMN history.fact_answer."county_code" IS '县（区）代码：6位，基准年代码；空文本表示未定';

COMMENT ON COLUMN history.fact_answer."township_code" IS '乡镇（街道）代码：9位，基准年代码；空文本表示未定';

COMMENT ON COLUMN history.fact_answer."village_code" IS '村（社区）代码：12位，基准年代码；空文本表示未定';

COMMENT ON COLUMN history.fact_answer."exception_id" IS '疑点假名：与 fact_exception 的 exception_id 对应';

COMMENT ON COLUMN history.fact_answer."rule_code" IS '规则编号';

COMMENT ON COLUMN history.fact_answer."owner" IS '责任部门';

COMMENT ON COLUMN history.fact_answer."verdict" IS '核查结果';

COMMENT ON COLUMN history.fact_answer."reason" IS '原因代码：空文本表示没有填';

COMMENT ON COLUMN history.fact_answer."measure" IS '处理措施：空文本表示没有填';

COMMENT ON COLUMN history.fact_answer."recovered_fen" IS '追缴金额：分；空表示没有填，不等于没有追缴';

COMMENT ON COLUMN history.fact_answer."stopped_month" IS '停发月份：如201810；空表示没有填';

COMMENT ON COLUMN history.fact_answer."level" IS '核查层级：village村 township乡 county县 city市';

COMMENT ON COLUMN history.fact_answer."answered_on" IS '核查日期：空表示没有填';

COMMENT ON COLUMN history.fact_answer."days_to_answer" IS '核查用时：从首次发现期间的最后一天到核查日期的天数；空表示没有核查日期';

COMMENT ON COLUMN history.fact_answer."days_after_due" IS '超期天数：核查日期晚于反馈期限的天数，0或负数表示按期；空表示没有核查日期';

COMMENT ON COLUMN history.fact_answer."officer_key" IS '核查人假名：带密钥的假名，同一姓名相同；空表示没有填姓名';

COMMENT ON COLUMN history.fact_answer."has_paper" IS '有佐证材料：1是，0否';

COMMENT ON COLUMN history.fact_answer."same_facts" IS '原值未变：1表示核查时所依据的原值本期未变';

COMMENT ON COLUMN history.fact_answer."closes" IS '据此关闭：1表示疑点因这个核查结果关闭';

CREATE OR REPLACE VIEW history.fact_exception AS
SELECT "quarter", "county_code", "township_code", "village_code", "household_key", "person_key", "exception_id", "rule_code", "severity", "subject_kind", "owner", "first_seen", "last_seen", "quarters_open", "status", "resolved_by", "checked", "confidence", "in_review", "due_date", "evidence_record_ids", "related_exception_ids", "cause_exception_id", COALESCE("is_open", CASE WHEN "status" IN ('resolved', 'retired', 'answered') THEN 0 ELSE 1 END) AS "is_open", "recoverable_fen", "message"
FROM read_parquet('../../*/latest/tables/fact_exception.parquet', union_by_name = true, filename = true, hive_partitioning = false);

COMMENT ON VIEW history.fact_exception IS '疑点（各期当前的发布）';

COMMENT ON COLUMN history.fact_exception."quarter" IS '期间：季度如2018Q3，月份如2025M03';

COMMENT ON COLUMN history.fact_exception."county_code" IS '县（区）代码：6位，基准年代码；空文本表示未定';

COMMENT ON COLUMN history.fact_exception."township_code" IS '乡镇（街道）代码：9位，基准年代码；空文本表示未定';

COMMENT ON COLUMN history.fact_exception."village_code" IS '村（社区）代码：12位，基准年代码；空文本表示未定';

COMMENT ON COLUMN history.fact_exception."household_key" IS '户假名：带密钥的假名，跨期不变';

COMMENT ON COLUMN history.fact_exception."person_key" IS '人员假名：带密钥的假名，跨期不变；不能还原为证件号';

COMMENT ON COLUMN history.fact_exception."exception_id" IS '疑点假名：带密钥的假名，密钥不变则跨期不变；与 restricted/exception 的 exception_key 对应';

COMMENT ON COLUMN history.fact_exception."rule_code" IS '规则编号';

COMMENT ON COLUMN history.fact_exception."severity" IS '严重程度：S1最重';

COMMENT ON COLUMN history.fact_exception."subject_kind" IS '对象：person household record unit';

COMMENT ON COLUMN history.fact_exception."owner" IS '责任部门';

COMMENT ON COLUMN history.fact_exception."first_seen" IS '首次发现期间';

COMMENT ON COLUMN history.fact_exception."last_seen" IS '最近发现期间';

COMMENT ON COLUMN history.fact_exception."quarters_open" IS '连续期数：自首次发现起的期数';

COMMENT ON COLUMN history.fact_exception."status" IS '状态：new新增 persisting持续 resolved已消除 reopened复现 retired规则停用（不再核对，不等于已整改） answered已核（数据中仍有，核查结果已说明）';

COMMENT ON COLUMN history.fact_exception."resolved_by" IS '消除依据：data数据已改 rule_retired规则停用 subject_gone对象不在任何名单 moved对象已迁到别的乡镇 answer核查结果 waiver批准豁免 cause由原因已核；空表示未消除或以前的版本没有记';

COMMENT ON COLUMN history.fact_exception."checked" IS '本期已核对：0表示规则本期未运行，疑点原样保留';

COMMENT ON COLUMN history.fact_exception."confidence" IS '匹配等级：所依据的最弱匹配，1至6';

COMMENT ON COLUMN history.fact_exception."in_review" IS '匹配待确认：1表示须先确认匹配；统计时分开';

COMMENT ON COLUMN history.fact_exception."due_date" IS '反馈期限';

COMMENT ON COLUMN history.fact_exception."evidence_record_ids" IS '证据记录编号：以分号分隔，第一个为对象本身的记录';

COMMENT ON COLUMN history.fact_exception."related_exception_ids" IS '同因疑点假名：同一原因的其他疑点，以分号分隔，最可能的原因在前';

COMMENT ON COLUMN history.fact_exception."cause_exception_id" IS '根本原因假名：由哪条疑点引起；空表示自身就是原因，按件统计时只数这些';

COMMENT ON COLUMN history.fact_exception."is_open" IS '未消除：1表示新增、持续或复现，0表示已消除、规则停用或已核';

COMMENT ON COLUMN history.fact_exception."recoverable_fen" IS '应追回金额：分；疑点说明里的应追回金额，空表示这条规则不涉及金额，或金额不清楚；有根本原因的与原因的是同一笔钱，不重复相加';

COMMENT ON COLUMN history.fact_exception."message" IS '疑点说明：没有姓名和证件号；7位以上的号码只留前3位';

CREATE OR REPLACE VIEW history.fact_held AS
SELECT "quarter", "county_code", "rule_code", "source", "column_name", "unknown_cells", "records", "undecided"
FROM read_parquet('../../*/latest/tables/fact_held.parquet', union_by_name = true, filename = true, hive_partitioning = false);

COMMENT ON VIEW history.fact_held IS '按县区暂不判断的规则（各期当前的发布）';

COMMENT ON COLUMN history.fact_held."quarter" IS '期间：季度如2018Q3，月份如2025M03';

COMMENT ON COLUMN history.fact_held."county_code" IS '县（区）代码：6位；空文本表示没有区划的记录';

COMMENT ON COLUMN history.fact_held."rule_code" IS '规则编号';

COMMENT ON COLUMN history.fact_held."source" IS '来源';

COMMENT ON COLUMN history.fact_held."column_name" IS '列：看不出的列；空文本表示整份名单没有报来、不是本期的，或编号与另一份名单对不上';

COMMENT ON COLUMN history.fact_held."unknown_cells" IS '看不出的格：该县区该列';

COMMENT ON COLUMN history.fact_held."records" IS '记录数：该县区该来源';

COMMENT ON COLUMN history.fact_held."undecided" IS '未判断的对象：该县区该规则';

CREATE OR REPLACE VIEW history.fact_indicator AS
SELECT "quarter", "county_code", "township_code", "village_code", "rule_code", "indicator", "label", "unit_code", "unit_level", "computable", "lacking", "numerator", "denominator", "rate", "target_rate", "target_count", "at_most", "gap_rate", "gap_count", "met", "previous_rate", "previous_count", "change_rate", "change_count", "unknown_cells"
FROM read_parquet('../../*/latest/tables/fact_indicator.parquet', union_by_name = true, filename = true, hive_partitioning = false);

COMMENT ON VIEW history.fact_indicator IS '指标（各期当前的发布）';

COMMENT ON COLUMN history.fact_indicator."quarter" IS '期间：季度如2018Q3，月份如2025M03';

COMMENT ON COLUMN history.fact_indicator."county_code" IS '县（区）代码：6位，基准年代码；空文本表示未定';

COMMENT ON COLUMN history.fact_indicator."township_code" IS '乡镇（街道）代码：9位，基准年代码；空文本表示未定';

COMMENT ON COLUMN history.fact_indicator."village_code" IS '村（社区）代码：12位，基准年代码；空文本表示未定';

COMMENT ON COLUMN history.fact_indicator."rule_code" IS '规则编号';

COMMENT ON COLUMN history.fact_indicator."indicator" IS '指标：规则内的指标键';

COMMENT ON COLUMN history.fact_indicator."label" IS '指标名称';

COMMENT ON COLUMN history.fact_indicator."unit_code" IS '区划代码';

COMMENT ON COLUMN history.fact_indicator."unit_level" IS '区划级别：1市 2县区 3乡镇街道 4村社区';

COMMENT ON COLUMN history.fact_indicator."computable" IS '能否计算：1是，0否；不能计算不等于零';

COMMENT ON COLUMN history.fact_indicator."lacking" IS '缺什么：不能计算的原因';

COMMENT ON COLUMN history.fact_indicator."numerator" IS '分子：不能计算的为空';

COMMENT ON COLUMN history.fact_indicator."denominator" IS '分母：计数类指标为空';

COMMENT ON COLUMN history.fact_indicator."rate" IS '比率：分子÷分母；计数类为空';

COMMENT ON COLUMN history.fact_indicator."target_rate" IS '目标比率';

COMMENT ON COLUMN history.fact_indicator."target_count" IS '目标数';

COMMENT ON COLUMN history.fact_indicator."at_most" IS '越少越好：1是，0否';

COMMENT ON COLUMN history.fact_indicator."gap_rate" IS '比率差距：距目标还差或超出多少；0为达标';

COMMENT ON COLUMN history.fact_indicator."gap_count" IS '数量差距：距目标还差或超出多少；0为达标';

COMMENT ON COLUMN history.fact_indicator."met" IS '达标：1是，0否；没有目标的为空';

COMMENT ON COLUMN history.fact_indicator."previous_rate" IS '上次比率：对比期间的发布';

COMMENT ON COLUMN history.fact_indicator."previous_count" IS '上次数量：对比期间的发布';

COMMENT ON COLUMN history.fact_indicator."change_rate" IS '比率变化：本期减上次';

COMMENT ON COLUMN history.fact_indicator."change_count" IS '数量变化：本期减上次';

COMMENT ON COLUMN history.fact_indicator."unknown_cells" IS '看不出的格：要看的格里看不出的；分子、分母至多差这么多';

CREATE OR REPLACE VIEW history.fact_quality AS
SELECT "quarter", "county_code", "township_code", "village_code", "unit_code", "unit_level", "persons", "households", "findings", "unjudged", "deducted", "deducted_unjudged", "asked", "flawed_households", "per_hundred_centi", "score", "rank"
FROM read_parquet('../../*/latest/tables/fact_quality.parquet', union_by_name = true, filename = true, hive_partitioning = false);

COMMENT ON VIEW history.fact_quality IS '数据质量（各期当前的发布）';

COMMENT ON COLUMN history.fact_quality."quarter" IS '期间：季度如2018Q3，月份如2025M03';

COMMENT ON COLUMN history.fact_quality."county_code" IS '县（区）代码：6位，基准年代码；空文本表示未定';

COMMENT ON COLUMN history.fact_quality."township_code" IS '乡镇（街道）代码：9位，基准年代码；空文本表示未定';

COMMENT ON COLUMN history.fact_quality."village_code" IS '村（社区）代码：12位，基准年代码；空文本表示未定';

COMMENT ON COLUMN history.fact_quality."unit_code" IS '区划代码';

COMMENT ON COLUMN history.fact_quality."unit_level" IS '区划级别：1市 2县区 3乡镇街道 4村社区';

COMMENT ON COLUMN history.fact_quality."persons" IS '在册人数';

COMMENT ON COLUMN history.fact_quality."households" IS '在册户数';

COMMENT ON COLUMN history.fact_quality."findings" IS '自检疑点：不含匹配待确认的';

COMMENT ON COLUMN history.fact_quality."unjudged" IS '未能检查：该查而空白、没有报、看不出的，逐项计';

COMMENT ON COLUMN history.fact_quality."deducted" IS '扣分：疑点和未能检查的，按人计：户的一项按户内在册人数计';

COMMENT ON COLUMN history.fact_quality."deducted_unjudged" IS '其中未能检查扣分';

COMMENT ON COLUMN history.fact_quality."asked" IS '应查分：每项检查问到的人全不合格时的扣分；不该问的不计';

COMMENT ON COLUMN history.fact_quality."flawed_households" IS '有疑点户数：不进入得分';

COMMENT ON COLUMN history.fact_quality."per_hundred_centi" IS '每百人扣分：百分之一分；按全市人均应查分折算';

COMMENT ON COLUMN history.fact_quality."score" IS '得分：1 − 扣分 ÷ 应查分；1为满分';

COMMENT ON COLUMN history.fact_quality."rank" IS '名次：同级区划中扣分占应查分的比例更低的个数加1';

CREATE OR REPLACE VIEW history.fact_record AS
SELECT "quarter", "person_key", "household_key", "county_code", "township_code", "village_code", "record_id", "source", "id_class", "link_tier", "in_review"
FROM read_parquet('../../*/latest/tables/fact_record.parquet', union_by_name = true, filename = true, hive_partitioning = false);

COMMENT ON VIEW history.fact_record IS '记录（各期当前的发布）';

COMMENT ON COLUMN history.fact_record."quarter" IS '期间：季度如2018Q3，月份如2025M03';

COMMENT ON COLUMN history.fact_record."person_key" IS '人员假名：带密钥的假名，跨期不变；不能还原为证件号';

COMMENT ON COLUMN history.fact_record."household_key" IS '户假名：带密钥的假名，跨期不变';

COMMENT ON COLUMN history.fact_record."county_code" IS '县（区）代码：6位，基准年代码；空文本表示未定';

COMMENT ON COLUMN history.fact_record."township_code" IS '乡镇（街道）代码：9位，基准年代码；空文本表示未定';

COMMENT ON COLUMN history.fact_record."village_code" IS '村（社区）代码：12位，基准年代码；空文本表示未定';

COMMENT ON COLUMN history.fact_record."record_id" IS '记录编号：来源、文件与行';

COMMENT ON COLUMN history.fact_record."source" IS '来源';

COMMENT ON COLUMN history.fact_record."id_class" IS '证件号类别';

COMMENT ON COLUMN history.fact_record."link_tier" IS '匹配等级：1至6,1最可靠';

COMMENT ON COLUMN history.fact_record."in_review" IS '匹配待确认：1是，0否';

CREATE OR REPLACE VIEW history.fact_reject AS
SELECT "quarter", "source", "file", "sheet", "row", "member", "column_title", "reason_code", "severity"
FROM read_parquet('../../*/latest/tables/fact_reject.parquet', union_by_name = true, filename = true, hive_partitioning = false);

COMMENT ON VIEW history.fact_reject IS '退回行（各期当前的发布）';

COMMENT ON COLUMN history.fact_reject."quarter" IS '期间：季度如2018Q3，月份如2025M03';

COMMENT ON COLUMN history.fact_reject."source" IS '来源';

COMMENT ON COLUMN history.fact_reject."file" IS '文件：相对提取数据文件夹';

COMMENT ON COLUMN history.fact_reject."sheet" IS '工作表';

COMMENT ON COLUMN history.fact_reject."row" IS '行：从1起';

COMMENT ON COLUMN history.fact_reject."member" IS '成员序号：未拆分的行为0';

COMMENT ON COLUMN history.fact_reject."column_title" IS '列：出错列的表头';

COMMENT ON COLUMN history.fact_reject."reason_code" IS '原因代码';

COMMENT ON COLUMN history.fact_reject."severity" IS '级别：reject整行退回 warn仅此值置空';

CREATE OR REPLACE VIEW history.fact_undecided AS
SELECT "quarter", "county_code", "township_code", "village_code", "household_key", "person_key", "rule_code", "subject_kind"
FROM read_parquet('../../*/latest/tables/fact_undecided.parquet', union_by_name = true, filename = true, hive_partitioning = false);

COMMENT ON VIEW history.fact_undecided IS '未判断的对象（各期当前的发布）';

COMMENT ON COLUMN history.fact_undecided."quarter" IS '期间：季度如2018Q3，月份如2025M03';

COMMENT ON COLUMN history.fact_undecided."county_code" IS '县（区）代码：6位，基准年代码；空文本表示未定';

COMMENT ON COLUMN history.fact_undecided."township_code" IS '乡镇（街道）代码：9位，基准年代码；空文本表示未定';

COMMENT ON COLUMN history.fact_undecided."village_code" IS '村（社区）代码：12位，基准年代码；空文本表示未定';

COMMENT ON COLUMN history.fact_undecided."household_key" IS '户假名：带密钥的假名，跨期不变';

COMMENT ON COLUMN history.fact_undecided."person_key" IS '人员假名：带密钥的假名，跨期不变；不能还原为证件号';

COMMENT ON COLUMN history.fact_undecided."rule_code" IS '规则编号';

COMMENT ON COLUMN history.fact_undecided."subject_kind" IS '对象：person household record unit';

CREATE OR REPLACE VIEW main.dim_run AS
WITH manifest AS (
    SELECT (SELECT min(quarter) FROM main.dim_quarter) AS quarter, left(sha256(content), 8) AS digest FROM read_text('manifest.json')
), folder AS (
    SELECT (SELECT min(quarter) FROM main.dim_quarter) AS quarter, regexp_extract(file, 'run-[0-9]+-([0-9a-f]+)[/\\]manifest', 1) AS digest,
        max(regexp_extract(file, '(run-[0-9]+-[0-9a-f]+)[/\\]manifest', 1)) AS run
    FROM glob('../run-*/manifest.json')
    GROUP BY ALL
)
SELECT m.quarter, COALESCE(f.run, m.digest) AS run
FROM manifest AS m LEFT JOIN folder AS f ON f.quarter = m.quarter AND f.digest = m.digest;

COMMENT ON VIEW main.dim_run IS '运行批次';

COMMENT ON COLUMN main.dim_run."quarter" IS '期间';

COMMENT ON COLUMN main.dim_run."run" IS '运行批次：这期数据出自哪一次运行：发布文件夹的名称 run-…；不在这样的文件夹里时是清册摘要的前8位';

CREATE OR REPLACE VIEW history.dim_run AS
WITH manifest AS (
    SELECT regexp_extract(filename, '([^/\\]+)[/\\]latest[/\\]', 1) AS quarter, left(sha256(content), 8) AS digest FROM read_text('../../*/latest/manifest.json')
), folder AS (
    SELECT regexp_extract(file, '([^/\\]+)[/\\]run-[0-9]+-[0-9a-f]+[/\\]', 1) AS quarter, regexp_extract(file, 'run-[0-9]+-([0-9a-f]+)[/\\]manifest', 1) AS digest,
        max(regexp_extract(file, '(run-[0-9]+-[0-9a-f]+)[/\\]manifest', 1)) AS run
    FROM glob('../../*/run-*/manifest.json')
    GROUP BY ALL
)
SELECT m.quarter, COALESCE(f.run, m.digest) AS run
FROM manifest AS m LEFT JOIN folder AS f ON f.quarter = m.quarter AND f.digest = m.digest;

COMMENT ON VIEW history.dim_run IS '运行批次（各期当前的发布）';

COMMENT ON COLUMN history.dim_run."quarter" IS '期间';

COMMENT ON COLUMN history.dim_run."run" IS '运行批次：这期数据出自哪一次运行：发布文件夹的名称 run-…；不在这样的文件夹里时是清册摘要的前8位';

CREATE OR REPLACE VIEW main.exception_wide AS
SELECT f."quarter", f."county_code", f."township_code", f."village_code", f."household_key", f."person_key", f."exception_id", f."rule_code", f."severity", f."subject_kind", f."owner", f."first_seen", f."last_seen", f."quarters_open", f."status", f."resolved_by", f."checked", f."confidence", f."in_review", f."due_date", f."evidence_record_ids", f."related_exception_ids", f."cause_exception_id", f."is_open", f."recoverable_fen", f."message", COALESCE(c.name, '区划未定') AS county_name, COALESCE(t.name, '区划未定') AS township_name, COALESCE(v.name, '区划未定') AS village_name, r.title AS rule_title, f.rule_code || ' ' || COALESCE(r.title, '') AS rule_name, COALESCE(ls.title, f.severity) AS severity_title, COALESCE(lt.title, f.status) AS status_title, COALESCE(lb.title, f.resolved_by) AS resolved_by_title, CASE WHEN f.person_key IS NULL THEN '不按人' ELSE COALESCE(p.sex, '未知') END AS sex, CASE WHEN f.person_key IS NULL THEN NULL ELSE COALESCE(p.age_group, 'unknown') END AS age_group, CASE WHEN f.person_key IS NULL THEN '不按人' ELSE COALESCE(la.title, '年龄不清楚') END AS age_group_title, q.end_date AS end_date, CASE WHEN f.is_open = 1 AND f.due_date < q.issued_on THEN 1 ELSE 0 END AS is_overdue, CASE WHEN f.cause_exception_id IS NULL THEN 1 ELSE 0 END AS is_cause, CASE WHEN f.cause_exception_id IS NULL THEN f.recoverable_fen / 100.0 END AS recoverable_yuan, u.run AS run
FROM main.fact_exception AS f
LEFT JOIN main.dim_quarter AS q ON q.quarter = f.quarter
LEFT JOIN main.dim_run AS u ON u.quarter = f.quarter
LEFT JOIN main.dim_rule AS r ON r.quarter = f.quarter AND r.rule_code = f.rule_code
LEFT JOIN main.dim_division AS c ON c.quarter = f.quarter AND c.code = f.county_code
LEFT JOIN main.dim_division AS t ON t.quarter = f.quarter AND t.code = f.township_code
LEFT JOIN main.dim_division AS v ON v.quarter = f.quarter AND v.code = f.village_code
LEFT JOIN main.dim_person AS p ON p.quarter = f.quarter AND p.person_key = f.person_key
LEFT JOIN main.label AS ls ON ls.code_set = 'severity' AND ls.code = f.severity
LEFT JOIN main.label AS lt ON lt.code_set = 'status' AND lt.code = f.status
LEFT JOIN main.label AS lb ON lb.code_set = 'resolved_by' AND lb.code = f.resolved_by
LEFT JOIN main.label AS la ON la.code_set = 'age_group' AND la.code = COALESCE(p.age_group, 'unknown');

COMMENT ON VIEW main.exception_wide IS '疑点宽表';

COMMENT ON COLUMN main.exception_wide."quarter" IS '期间：季度如2018Q3，月份如2025M03';

COMMENT ON COLUMN main.exception_wide."county_code" IS '县（区）代码：6位，基准年代码；空文本表示未定';

COMMENT ON COLUMN main.exception_wide."township_code" IS '乡镇（街道）代码：9位，基准年代码；空文本表示未定';

COMMENT ON COLUMN main.exception_wide."village_code" IS '村（社区）代码：12位，基准年代码；空文本表示未定';

COMMENT ON COLUMN main.exception_wide."household_key" IS '户假名：带密钥的假名，跨期不变';

COMMENT ON COLUMN main.exception_wide."person_key" IS '人员假名：带密钥的假名，跨期不变；不能还原为证件号';

COMMENT ON COLUMN main.exception_wide."exception_id" IS '疑点假名：带密钥的假名，密钥不变则跨期不变；与 restricted/exception 的 exception_key 对应';

COMMENT ON COLUMN main.exception_wide."rule_code" IS '规则编号';

COMMENT ON COLUMN main.exception_wide."severity" IS '严重程度：S1最重';

COMMENT ON COLUMN main.exception_wide."subject_kind" IS '对象：person household record unit';

COMMENT ON COLUMN main.exception_wide."owner" IS '责任部门';

COMMENT ON COLUMN main.exception_wide."first_seen" IS '首次发现期间';

COMMENT ON COLUMN main.exception_wide."last_seen" IS '最近发现期间';

COMMENT ON COLUMN main.exception_wide."quarters_open" IS '连续期数：自首次发现起的期数';

COMMENT ON COLUMN main.exception_wide."status" IS '状态：new新增 persisting持续 resolved已消除 reopened复现 retired规则停用（不再核对，不等于已整改） answered已核（数据中仍有，核查结果已说明）';

COMMENT ON COLUMN main.exception_wide."resolved_by" IS '消除依据：data数据已改 rule_retired规则停用 subject_gone对象不在任何名单 moved对象已迁到别的乡镇 answer核查结果 waiver批准豁免 cause由原因已核；空表示未消除或以前的版本没有记';

COMMENT ON COLUMN main.exception_wide."checked" IS '本期已核对：0表示规则本期未运行，疑点原样保留';

COMMENT ON COLUMN main.exception_wide."confidence" IS '匹配等级：所依据的最弱匹配，1至6';

COMMENT ON COLUMN main.exception_wide."in_review" IS '匹配待确认：1表示须先确认匹配；统计时分开';

COMMENT ON COLUMN main.exception_wide."due_date" IS '反馈期限';

COMMENT ON COLUMN main.exception_wide."evidence_record_ids" IS '证据记录编号：以分号分隔，第一个为对象本身的记录';

COMMENT ON COLUMN main.exception_wide."related_exception_ids" IS '同因疑点假名：同一原因的其他疑点，以分号分隔，最可能的原因在前';

COMMENT ON COLUMN main.exception_wide."cause_exception_id" IS '根本原因假名：由哪条疑点引起；空表示自身就是原因，按件统计时只数这些';

COMMENT ON COLUMN main.exception_wide."is_open" IS '未消除：1表示新增、持续或复现，0表示已消除、规则停用或已核';

COMMENT ON COLUMN main.exception_wide."recoverable_fen" IS '应追回金额：分；疑点说明里的应追回金额，空表示这条规则不涉及金额，或金额不清楚；有根本原因的与原因的是同一笔钱，不重复相加';

COMMENT ON COLUMN main.exception_wide."message" IS '疑点说明：没有姓名和证件号；7位以上的号码只留前3位';

COMMENT ON COLUMN main.exception_wide."county_name" IS '县（区）';

COMMENT ON COLUMN main.exception_wide."township_name" IS '乡镇（街道）';

COMMENT ON COLUMN main.exception_wide."village_name" IS '村（社区）';

COMMENT ON COLUMN main.exception_wide."rule_title" IS '疑点类型';

COMMENT ON COLUMN main.exception_wide."rule_name" IS '规则编号和疑点类型';

COMMENT ON COLUMN main.exception_wide."severity_title" IS '严重程度名称';

COMMENT ON COLUMN main.exception_wide."status_title" IS '状态名称';

COMMENT ON COLUMN main.exception_wide."resolved_by_title" IS '消除依据名称';

COMMENT ON COLUMN main.exception_wide."sex" IS '性别';

COMMENT ON COLUMN main.exception_wide."age_group" IS '年龄段';

COMMENT ON COLUMN main.exception_wide."age_group_title" IS '年龄段名称';

COMMENT ON COLUMN main.exception_wide."end_date" IS '期末';

COMMENT ON COLUMN main.exception_wide."is_overdue" IS '已超期';

COMMENT ON COLUMN main.exception_wide."is_cause" IS '是根本原因';

COMMENT ON COLUMN main.exception_wide."recoverable_yuan" IS '应追回金额（元）';

COMMENT ON COLUMN main.exception_wide."run" IS '运行批次：这期数据出自哪一次运行：发布文件夹的名称 run-…；不在这样的文件夹里时是清册摘要的前8位';

CREATE OR REPLACE VIEW history.exception_wide AS
SELECT f."quarter", f."county_code", f."township_code", f."village_code", f."household_key", f."person_key", f."exception_id", f."rule_code", f."severity", f."subject_kind", f."owner", f."first_seen", f."last_seen", f."quarters_open", f."status", f."resolved_by", f."checked", f."confidence", f."in_review", f."due_date", f."evidence_record_ids", f."related_exception_ids", f."cause_exception_id", f."is_open", f."recoverable_fen", f."message", COALESCE(c.name, '区划未定') AS county_name, COALESCE(t.name, '区划未定') AS township_name, COALESCE(v.name, '区划未定') AS village_name, r.title AS rule_title, f.rule_code || ' ' || COALESCE(r.title, '') AS rule_name, COALESCE(ls.title, f.severity) AS severity_title, COALESCE(lt.title, f.status) AS status_title, COALESCE(lb.title, f.resolved_by) AS resolved_by_title, CASE WHEN f.person_key IS NULL THEN '不按人' ELSE COALESCE(p.sex, '未知') END AS sex, CASE WHEN f.person_key IS NULL THEN NULL ELSE COALESCE(p.age_group, 'unknown') END AS age_group, CASE WHEN f.person_key IS NULL THEN '不按人' ELSE COALESCE(la.title, '年龄不清楚') END AS age_group_title, q.end_date AS end_date, CASE WHEN f.is_open = 1 AND f.due_date < q.issued_on THEN 1 ELSE 0 END AS is_overdue, CASE WHEN f.cause_exception_id IS NULL THEN 1 ELSE 0 END AS is_cause, CASE WHEN f.cause_exception_id IS NULL THEN f.recoverable_fen / 100.0 END AS recoverable_yuan, u.run AS run
FROM history.fact_exception AS f
LEFT JOIN history.dim_quarter AS q ON q.quarter = f.quarter
LEFT JOIN history.dim_run AS u ON u.quarter = f.quarter
LEFT JOIN history.dim_rule AS r ON r.quarter = f.quarter AND r.rule_code = f.rule_code
LEFT JOIN history.dim_division AS c ON c.quarter = f.quarter AND c.code = f.county_code
LEFT JOIN history.dim_division AS t ON t.quarter = f.quarter AND t.code = f.township_code
LEFT JOIN history.dim_division AS v ON v.quarter = f.quarter AND v.code = f.village_code
LEFT JOIN history.dim_person AS p ON p.quarter = f.quarter AND p.person_key = f.person_key
LEFT JOIN main.label AS ls ON ls.code_set = 'severity' AND ls.code = f.severity
LEFT JOIN main.label AS lt ON lt.code_set = 'status' AND lt.code = f.status
LEFT JOIN main.label AS lb ON lb.code_set = 'resolved_by' AND lb.code = f.resolved_by
LEFT JOIN main.label AS la ON la.code_set = 'age_group' AND la.code = COALESCE(p.age_group, 'unknown');

COMMENT ON VIEW history.exception_wide IS '疑点宽表（各期当前的发布）';

COMMENT ON COLUMN history.exception_wide."quarter" IS '期间：季度如2018Q3，月份如2025M03';

COMMENT ON COLUMN history.exception_wide."county_code" IS '县（区）代码：6位，基准年代码；空文本表示未定';

COMMENT ON COLUMN history.exception_wide."township_code" IS '乡镇（街道）代码：9位，基准年代码；空文本表示未定';

COMMENT ON COLUMN history.exception_wide."village_code" IS '村（社区）代码：12位，基准年代码；空文本表示未定';

COMMENT ON COLUMN history.exception_wide."household_key" IS '户假名：带密钥的假名，跨期不变';

COMMENT ON COLUMN history.exception_wide."person_key" IS '人员假名：带密钥的假名，跨期不变；不能还原为证件号';

COMMENT ON COLUMN history.exception_wide."exception_id" IS '疑点假名：带密钥的假名，密钥不变则跨期不变；与 restricted/exception 的 exception_key 对应';

COMMENT ON COLUMN history.exception_wide."rule_code" IS '规则编号';

COMMENT ON COLUMN history.exception_wide."severity" IS '严重程度：S1最重';

COMMENT ON COLUMN history.exception_wide."subject_kind" IS '对象：person household record unit';

COMMENT ON COLUMN history.exception_wide."owner" IS '责任部门';

COMMENT ON COLUMN history.exception_wide."first_seen" IS '首次发现期间';

COMMENT ON COLUMN history.exception_wide."last_seen" IS '最近发现期间';

COMMENT ON COLUMN history.exception_wide."quarters_open" IS '连续期数：自首次发现起的期数';

COMMENT ON COLUMN history.exception_wide."status" IS '状态：new新增 persisting持续 resolved已消除 reopened复现 retired规则停用（不再核对，不等于已整改） answered已核（数据中仍有，核查结果已说明）';

COMMENT ON COLUMN history.exception_wide."resolved_by" IS '消除依据：data数据已改 rule_retired规则停用 subject_gone对象不在任何名单 moved对象已迁到别的乡镇 answer核查结果 waiver批准豁免 cause由原因已核；空表示未消除或以前的版本没有记';

COMMENT ON COLUMN history.exception_wide."checked" IS '本期已核对：0表示规则本期未运行，疑点原样保留';

COMMENT ON COLUMN history.exception_wide."confidence" IS '匹配等级：所依据的最弱匹配，1至6';

COMMENT ON COLUMN history.exception_wide."in_review" IS '匹配待确认：1表示须先确认匹配；统计时分开';

COMMENT ON COLUMN history.exception_wide."due_date" IS '反馈期限';

COMMENT ON COLUMN history.exception_wide."evidence_record_ids" IS '证据记录编号：以分号分隔，第一个为对象本身的记录';

COMMENT ON COLUMN history.exception_wide."related_exception_ids" IS '同因疑点假名：同一原因的其他疑点，以分号分隔，最可能的原因在前';

COMMENT ON COLUMN history.exception_wide."cause_exception_id" IS '根本原因假名：由哪条疑点引起；空表示自身就是原因，按件统计时只数这些';

COMMENT ON COLUMN history.exception_wide."is_open" IS '未消除：1表示新增、持续或复现，0表示已消除、规则停用或已核';

COMMENT ON COLUMN history.exception_wide."recoverable_fen" IS '应追回金额：分；疑点说明里的应追回金额，空表示这条规则不涉及金额，或金额不清楚；有根本原因的与原因的是同一笔钱，不重复相加';

COMMENT ON COLUMN history.exception_wide."message" IS '疑点说明：没有姓名和证件号；7位以上的号码只留前3位';

COMMENT ON COLUMN history.exception_wide."county_name" IS '县（区）';

COMMENT ON COLUMN history.exception_wide."township_name" IS '乡镇（街道）';

COMMENT ON COLUMN history.exception_wide."village_name" IS '村（社区）';

COMMENT ON COLUMN history.exception_wide."rule_title" IS '疑点类型';

COMMENT ON COLUMN history.exception_wide."rule_name" IS '规则编号和疑点类型';

COMMENT ON COLUMN history.exception_wide."severity_title" IS '严重程度名称';

COMMENT ON COLUMN history.exception_wide."status_title" IS '状态名称';

COMMENT ON COLUMN history.exception_wide."resolved_by_title" IS '消除依据名称';

COMMENT ON COLUMN history.exception_wide."sex" IS '性别';

COMMENT ON COLUMN history.exception_wide."age_group" IS '年龄段';

COMMENT ON COLUMN history.exception_wide."age_group_title" IS '年龄段名称';

COMMENT ON COLUMN history.exception_wide."end_date" IS '期末';

COMMENT ON COLUMN history.exception_wide."is_overdue" IS '已超期';

COMMENT ON COLUMN history.exception_wide."is_cause" IS '是根本原因';

COMMENT ON COLUMN history.exception_wide."recoverable_yuan" IS '应追回金额（元）';

COMMENT ON COLUMN history.exception_wide."run" IS '运行批次：这期数据出自哪一次运行：发布文件夹的名称 run-…；不在这样的文件夹里时是清册摘要的前8位';

CREATE SCHEMA IF NOT EXISTS question;

CREATE OR REPLACE VIEW question.q01_counties AS
SELECT
    f.quarter,
    COALESCE(d.name, '区划未定') AS county,
    COUNT(*) AS open_count,
    SUM(CASE WHEN f.severity = 'S1' THEN 1 ELSE 0 END) AS worst_count,
    SUM(CASE WHEN f.due_date < q.issued_on THEN 1 ELSE 0 END) AS overdue_count,
    SUM(f.in_review) AS in_review_count
FROM fact_exception AS f
JOIN dim_quarter AS q ON q.quarter = f.quarter
LEFT JOIN dim_division AS d ON d.code = f.county_code
WHERE f.is_open = 1
GROUP BY f.quarter, COALESCE(d.name, '区划未定')
ORDER BY f.quarter, open_count DESC, county;

COMMENT ON VIEW question.q01_counties IS '各县（区）还有多少疑点没有消除？其中最重的（S1）、到下发日已超期的、要先确认匹配的各多少？';

CREATE OR REPLACE VIEW question.q02_rules AS
SELECT
    f.rule_code,
    r.title,
    r.severity,
    COUNT(*) AS open_count,
    SUM(CASE WHEN f.status = 'new' THEN 1 ELSE 0 END) AS new_count,
    SUM(CASE WHEN f.status = 'persisting' THEN 1 ELSE 0 END) AS persisting_count,
    SUM(CASE WHEN f.status = 'reopened' THEN 1 ELSE 0 END) AS reopened_count
FROM fact_exception AS f
JOIN dim_rule AS r ON r.rule_code = f.rule_code
WHERE f.is_open = 1
GROUP BY f.rule_code, r.title, r.severity
ORDER BY open_count DESC, f.rule_code
LIMIT 10;

COMMENT ON VIEW question.q02_rules IS '哪十条规则未消除的疑点最多？本期新增、持续、复现各多少？';

CREATE OR REPLACE VIEW question.q03_townships AS
WITH registered AS (
    SELECT p.township_code, COUNT(*) AS persons
    FROM dim_person AS p
    SEMI JOIN fact_record AS r ON r.person_key = p.person_key AND r.source = 'registry_person'
    WHERE p.township_code <> ''
    GROUP BY p.township_code
),
open_exceptions AS (
    SELECT township_code, COUNT(*) AS open_count
    FROM fact_exception
    WHERE is_open = 1 AND township_code <> ''
    GROUP BY township_code
)
SELECT
    d.county_name,
    d.township_name,
    p.persons,
    COALESCE(e.open_count, 0) AS open_count,
    CAST(FLOOR(100.0 * COALESCE(e.open_count, 0) / p.persons) AS INT) AS per_hundred
FROM registered AS p
JOIN dim_division AS d ON d.code = p.township_code
LEFT JOIN open_exceptions AS e ON e.township_code = p.township_code
WHERE p.persons >= 30
ORDER BY per_hundred DESC, open_count DESC, p.township_code;

COMMENT ON VIEW question.q03_townships IS '哪些乡镇（街道）每百名建档立卡在册人员的未消除疑点最多？在册不足30人的不列。';

CREATE OR REPLACE VIEW question.q04_owners AS
SELECT
    owner,
    COUNT(*) AS open_count,
    SUM(CASE WHEN cause_exception_id IS NULL THEN 1 ELSE 0 END) AS cause_count,
    SUM(CASE WHEN quarters_open >= 2 THEN 1 ELSE 0 END) AS long_open_count,
    MAX(quarters_open) AS most_quarters
FROM fact_exception
WHERE is_open = 1
GROUP BY owner
ORDER BY open_count DESC, owner;

COMMENT ON VIEW question.q04_owners IS '各责任部门手里有多少未消除的疑点？只数根本原因有多少？挂了两期以上的有多少，最久几期？';

CREATE OR REPLACE VIEW question.q05_what_became AS
SELECT
    f.status,
    s.title AS status_title,
    f.resolved_by,
    b.title AS resolved_by_title,
    COUNT(*) AS exception_count
FROM fact_exception AS f
LEFT JOIN label AS s ON s.code_set = 'status' AND s.code = f.status
LEFT JOIN label AS b ON b.code_set = 'resolved_by' AND b.code = f.resolved_by
WHERE f.first_seen <> f.quarter
GROUP BY f.status, s.title, f.resolved_by, b.title
ORDER BY exception_count DESC, f.status, f.resolved_by NULLS FIRST;

COMMENT ON VIEW question.q05_what_became IS '上期以前发现的疑点，本期怎样了？消除的是数据改了，还是规则停用、对象不在名单、核查结果、批准豁免？';

CREATE OR REPLACE VIEW question.q06_households AS
WITH of_household AS (
    SELECT household_key, COUNT(*) AS exceptions
    FROM fact_exception
    WHERE is_open = 1 AND household_key IS NOT NULL AND cause_exception_id IS NULL
    GROUP BY household_key
)
SELECT
    CASE WHEN exceptions >= 5 THEN 5 ELSE exceptions END AS exceptions_at_least,
    COUNT(*) AS households,
    SUM(exceptions) AS exception_count
FROM of_household
GROUP BY CASE WHEN exceptions >= 5 THEN 5 ELSE exceptions END
ORDER BY exceptions_at_least;

COMMENT ON VIEW question.q06_households IS '一户有几条未消除的疑点？各有多少户？只数根本原因；不属于任何一户的不算。';

CREATE OR REPLACE VIEW question.q07_indicators AS
SELECT
    rule_code,
    indicator,
    label,
    computable,
    lacking,
    numerator,
    denominator,
    CAST(FLOOR(rate * 10000) AS INT) AS rate_per_10000,
    CAST(FLOOR(target_rate * 10000) AS INT) AS target_per_10000,
    gap_count
FROM fact_indicator
WHERE unit_level = 1 AND (met = 0 OR computable = 0)
ORDER BY computable DESC, rule_code, indicator;

COMMENT ON VIEW question.q07_indicators IS '全市哪些指标没有达标，差多少？不能计算的缺什么？';

CREATE OR REPLACE VIEW question.q08_not_judged AS
SELECT
    r.rule_code,
    r.title,
    'not_run' AS what,
    '' AS county_code,
    r.not_run_reason AS reason,
    CAST(NULL AS BIGINT) AS undecided
FROM dim_rule AS r
WHERE r.ran = 0
UNION ALL
SELECT
    u.rule_code,
    r.title,
    'undecided' AS what,
    u.county_code,
    CAST(NULL AS STRING) AS reason,
    COUNT(*) AS undecided
FROM fact_undecided AS u
JOIN dim_rule AS r ON r.rule_code = u.rule_code
GROUP BY u.rule_code, r.title, u.county_code
ORDER BY what, rule_code, county_code;

COMMENT ON VIEW question.q08_not_judged IS '哪些规则本期没有运行，或在某个县（区）有对象没有判断？没有判断不等于没有疑点。';

CREATE OR REPLACE VIEW question.q09_suppliers AS
WITH reasons AS (
    SELECT
        source,
        reason_code,
        COUNT(*) AS marked,
        ROW_NUMBER() OVER (PARTITION BY source ORDER BY COUNT(*) DESC, reason_code) AS place
    FROM fact_reject
    GROUP BY source, reason_code
)
SELECT
    s.owner,
    s.title,
    s.present,
    s.rows_read,
    s.rows_rejected,
    CASE WHEN s.rows_read > 0 THEN CAST(FLOOR(10000.0 * s.rows_rejected / s.rows_read) AS INT) END AS rejected_per_10000,
    r.reason_code AS most_frequent_reason,
    r.marked AS cells_or_rows_marked
FROM dim_source AS s
LEFT JOIN reasons AS r ON r.source = s.source AND r.place = 1
ORDER BY s.present, s.rows_rejected DESC, s.source;

COMMENT ON VIEW question.q09_suppliers IS '各部门的名单报来多少行、退回多少行（每万行）？最常见的原因是什么？没有报来的也列出。';

CREATE OR REPLACE VIEW question.q10_ages AS
SELECT
    p.age_group,
    p.sex,
    COUNT(DISTINCT f.person_key) AS persons,
    COUNT(*) AS open_count
FROM fact_exception AS f
JOIN dim_person AS p ON p.person_key = f.person_key
WHERE f.is_open = 1
GROUP BY p.age_group, p.sex
ORDER BY p.age_group, p.sex;

COMMENT ON VIEW question.q10_ages IS '各年龄段、性别的人有多少人至少有一条未消除的疑点？共多少条？年龄不清楚的单列。';
