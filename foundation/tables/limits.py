"""How large a file may be; checked before anything in it is read."""

LARGEST_FILE = 10_000_000
MOST_ROWS = 20_000
MOST_COLUMNS = 200
# Characters of one cell of a CSV file.
LONGEST_CELL = 131_072
# A workbook of 20,000 rows unpacks to about 60 MB; real parts pack about 1:20.
LARGEST_UNPACKED = 120_000_000
LARGEST_PART = 80_000_000
LARGEST_TEXTS = 50_000_000
STEEPEST_PACKING = 100
SMALL_PART = 1_000_000
MOST_PARTS = 1_000
# Empty rows that a program left behind are passed over up to this number.
EMPTY_ROWS = 1_000
