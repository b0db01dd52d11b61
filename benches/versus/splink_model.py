"""The Splink model of both comparisons, set up as its documentation advises: several blocking rules,
term-frequency adjustments, u by random sampling, m by EM over two blocking rules.

Edit distances of the engine count bytes, which says nothing about Han names, so names are compared
by equality, by equal reading (pinyin, computed beforehand) and by shared characters instead.
"""

import duckdb
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

name = cl.CustomComparison(
    output_column_name="name",
    comparison_levels=[
        cll.NullLevel("name"),
        cll.ExactMatchLevel("name", term_frequency_adjustments=True),
        cll.CustomLevel("reading_l = reading_r", "same reading"),
        cll.CustomLevel(
            "surname_l = surname_r AND len(list_intersect(chars_l, chars_r)) >= 2", "shares surname and a character"
        ),
        cll.ElseLevel(),
    ],
)
id_number = cl.CustomComparison(
    output_column_name="id_number",
    comparison_levels=[
        cll.NullLevel("id_number"),
        cll.ExactMatchLevel("id_number"),
        cll.CustomLevel("damerau_levenshtein(id_number_l, id_number_r) <= 1", "one edit"),
        cll.CustomLevel("substr(id_number_l, 1, 14) = substr(id_number_r, 1, 14)", "same region and birth"),
        cll.CustomLevel("damerau_levenshtein(id_number_l, id_number_r) <= 2", "two edits"),
        cll.ElseLevel(),
    ],
)
birth = cl.CustomComparison(
    output_column_name="birth",
    comparison_levels=[
        cll.NullLevel("birth"),
        cll.ExactMatchLevel("birth"),
        cll.CustomLevel("damerau_levenshtein(birth_l, birth_r) <= 1", "one edit"),
        cll.CustomLevel("substr(birth_l, 1, 4) = substr(birth_r, 1, 4)", "same year"),
        cll.ElseLevel(),
    ],
)
settings = SettingsCreator(
    link_type="link_only",
    comparisons=[
        id_number,
        name,
        birth,
        cl.ExactMatch("sex"),
        cl.CustomComparison(
            output_column_name="village",
            comparison_levels=[
                cll.NullLevel("village"),
                cll.ExactMatchLevel("village", term_frequency_adjustments=True),
                cll.CustomLevel("township_l = township_r", "same township"),
                cll.ElseLevel(),
            ],
        ),
    ],
    blocking_rules_to_generate_predictions=[
        block_on("id_number"),
        block_on("name", "birth"),
        block_on("reading", "birth"),
        block_on("name", "village"),
        block_on("birth", "village", "sex"),
        block_on("substr(id_number, 1, 15)", "surname"),
    ],
    retain_intermediate_calculation_columns=False,
    retain_matching_columns=False,
)


def trained(con: duckdb.DuckDBPyConnection, tables: list[str]) -> Linker:
    """A linker over tables of cleaned columns, its weights estimated from them."""
    linker = Linker(tables, settings, DuckDBAPI(con), input_table_aliases=tables)
    linker.training.estimate_probability_two_random_records_match([block_on("id_number", "name")], recall=0.9)
    linker.training.estimate_u_using_random_sampling(max_pairs=5e6, seed=1)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("id_number"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("name", "birth"))
    return linker
