# Entry of an RV32IM program that runs under qemu-riscv32's Linux user mode: the kernel has set sp
# and zeroed .bss; gp must point into small data before any C++ code runs. A program without static
# constructors is assumed, which is a rule of freestanding rooms.
    .section .text.start, "ax", @progbits
    .globl _start
    .type _start, @function
_start:
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    andi sp, sp, -16
    li a0, 0
    li a1, 0
    call main
    li a7, 93
    ecall
    .size _start, . - _start
    .section .note.GNU-stack, "", @progbits
