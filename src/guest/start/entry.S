# Entry of the guest: sets the stack and global pointers and calls main, which does not return.
# Memory outside of the image's bytes is zero when a machine starts, so .bss is not cleared: most
# units touch little of its megabyte. Nothing runs before main: guest rooms have no static
# constructors.
    .section .text.start, "ax", @progbits
    .globl _start
    .type _start, @function
_start:
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    la sp, __stack_top
    call main
    unimp
    .size _start, . - _start
    .section .note.GNU-stack, "", @progbits
