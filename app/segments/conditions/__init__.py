"""What a segment can ask of a customer: one module a condition; put the file in the folder, that is all.

A condition module has
    label     what a merchant reads
    Params    a frozen dataclass: the value, understood
    read(operator, value, currency) -> Params     raises BadInput for what it cannot understand
    where(params) -> a boolean column over Customer and CustomerStats
    shown     the column that answers "and what is his?"
    kind      how that is written: country, number, money, day
"""
