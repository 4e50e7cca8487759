"""Two shops in boxes, connected, with shoppers at work: to look at, and to prove that the whole street holds."""
