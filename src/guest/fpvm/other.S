# A word that nobody reads: the program is the same and its root is another.
    .section .other_image, "aw", @progbits
    .word 1
    .section .note.GNU-stack, "", @progbits
