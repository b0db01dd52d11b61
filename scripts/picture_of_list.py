"""Draws the first screen of a sheet of a workbook as a page, for a look at it without an office program.

    .venv/bin/python scripts/picture_of_list.py WORKBOOK SHEET > page.html
    chromium --headless --screenshot=list.png --window-size=1366,768 --hide-scrollbars page.html

Columns and rows have the pixels that spreadsheets give them at 100 %: seven a unit of width and five between cells, four
for three points of height. What the program around the cells takes is grey, as large as in Excel with its ribbon open.
"""

import html
import sys

import openpyxl
from openpyxl.utils import get_column_letter

SCREEN = (1366, 768)
ABOVE, BELOW, NUMBERS, SCROLLBAR, LETTERS = 189, 62, 30, 20, 20


def dimension(sheet, column):
    """A column's own dimension, or that of the equal ones that it stands among."""
    for found in sheet.column_dimensions.values():
        if found.min <= column <= found.max:
            return found
    return sheet.column_dimensions[get_column_letter(column)]


def width(sheet, column):
    return int(dimension(sheet, column).width * 7 + 0.5)


def height(sheet, row):
    return round((sheet.row_dimensions[row].height or 15) * 4 / 3)


def color(value):
    return "#" + value.rgb[2:] if value is not None and isinstance(value.rgb, str) else None


def cell_html(sheet, row, column, at):
    cell = sheet.cell(row, column)
    x, y, w, h = at
    style = [f"left:{x}px;top:{y}px;width:{w - 1}px;height:{h - 1}px"]
    if cell.fill.fill_type == "solid":
        style.append(f"background:{color(cell.fill.fgColor)}")
    if cell.font.bold:
        style.append("font-weight:bold")
    if cell.font.color is not None and color(cell.font.color):
        style.append(f"color:{color(cell.font.color)}")
    style.append("justify-content:" + ("center" if cell.alignment.horizontal == "center" else "flex-start"))
    style.append("text-align:" + (cell.alignment.horizontal or "left"))
    text = "" if cell.value is None else html.escape(str(cell.value)).replace("\n", "<br>")
    return f'<div class="cell" style="{";".join(style)}"><span>{text}</span></div>'


def page(sheet):
    drawn, people = [], set()
    x = NUMBERS
    columns = []
    for column in range(1, sheet.max_column + 1):
        if dimension(sheet, column).hidden:
            continue
        w = width(sheet, column)
        if x + w > SCREEN[0] - SCROLLBAR + 2:
            break
        columns.append((column, x, w))
        x += w
    y = ABOVE + LETTERS
    names = [sheet.cell(1, column).value for column, _, _ in columns]
    for column, x, w in columns:
        drawn.append(f'<div class="edge" style="left:{x}px;top:{ABOVE}px;width:{w - 1}px;height:{LETTERS - 1}px">{get_column_letter(column)}</div>')
    for row in range(1, sheet.max_row + 1):
        h = height(sheet, row)
        if y + h > SCREEN[1] - BELOW:
            break
        drawn.append(f'<div class="edge" style="left:0;top:{y}px;width:{NUMBERS - 1}px;height:{h - 1}px">{row}</div>')
        drawn.extend(cell_html(sheet, row, column, (x, y, w, h)) for column, x, w in columns)
        if row > 1:
            people.add(row)
        y += h
    print(f"columns to {names[-1]}, {len(people)} whole rows", file=sys.stderr)
    return (
        "<!doctype html><meta charset=utf-8><style>body{margin:0;position:relative;background:#fff;overflow:hidden;"
        "font:13.33px SimSun,'Noto Sans Mono CJK SC','WenQuanYi Zen Hei Mono',monospace}div{position:absolute;box-sizing:border-box;overflow:hidden}"
        ".cell{border-right:1px solid #c8cfd8;border-bottom:1px solid #c8cfd8;box-sizing:content-box;display:flex;"
        "align-items:center;line-height:17px;overflow-wrap:anywhere}.cell span{flex:none;max-width:100%}"
        ".edge{background:#e6e6e6;color:#444;font:11px sans-serif;display:flex;align-items:center;justify-content:center;"
        "border-right:1px solid #bbb;border-bottom:1px solid #bbb;box-sizing:content-box}.program{background:#dfe3e8}</style>"
        f'<div class="program" style="left:0;top:0;width:1366px;height:{ABOVE}px"></div>'
        f'<div class="program" style="left:0;top:{SCREEN[1] - BELOW}px;width:1366px;height:{BELOW}px"></div>'
        f'<div class="program" style="left:{SCREEN[0] - SCROLLBAR}px;top:0;width:{SCROLLBAR}px;height:768px"></div>'
        + "".join(drawn)
    )


if __name__ == "__main__":
    book = openpyxl.load_workbook(sys.argv[1])
    print(page(book[sys.argv[2]]))
