# Puck: one Makefile for everything. `make help` lists the targets.
#
# A new .c or .asm file in a source folder is picked up by itself. What goes into an image is named in
# boot/<image>.list. O is where objects go, BIN where images go; two trees can be built side by side
# with other values.

O   ?= build
BIN ?= bin
EMBED ?=

SHELL := /bin/sh
.DELETE_ON_ERROR:
.SUFFIXES:

all: images

# ---- tools -------------------------------------------------------------------------------------------

CC     := gcc
LD     := ld
AR     := ar
NASM   := nasm
PYTHON := /usr/bin/python3

WARN := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
        -Wvla -Wundef -Wpointer-arith -Wwrite-strings -Wframe-larger-than=1536

# ---- the protected-mode program: 32-bit, freestanding, 486 ---------------------------------------------

# -fno-pie -fno-pic -fno-stack-protector must be said: Debian's gcc turns them on by default.
PM_CFLAGS := -std=gnu11 -m32 -march=i486 -mtune=i686 -Os -g -ffreestanding -nostdinc \
             -isystem $(shell $(CC) -print-file-name=include) -I. -isystem pm/lib/include \
             -fno-pie -fno-pic -fno-stack-protector -fno-asynchronous-unwind-tables -fno-strict-aliasing \
             -mgeneral-regs-only -mpreferred-stack-boundary=2 -mregparm=3 \
             -ffunction-sections -fdata-sections -fno-common \
             $(WARN) -Wshift-overflow=2

PM_DIRS := pm pm/lib pm/lib/libc tcpip script script/commands loaders undi drivers
PM_C    := $(wildcard $(PM_DIRS:%=%/*.c))
PM_ASM  := $(wildcard $(PM_DIRS:%=%/*.asm))
PM_OBJ  := $(PM_C:%.c=$(O)/pm/%.o) $(PM_ASM:%.asm=$(O)/pm/%.asm.o)

$(O)/pm/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(PM_CFLAGS) -MMD -MP -c -o $@ $<

$(O)/pm/%.asm.o: %.asm
	@mkdir -p $(@D)
	$(NASM) -f elf32 -g -F dwarf -I. -MD $(@:.o=.d) -MP -o $@ $<

$(O)/libpuck.a: $(PM_OBJ)
	@rm -f $@
	$(AR) rcsD $@ $(PM_OBJ)

# ---- images --------------------------------------------------------------------------------------------

images:

# ---- host: the same sources under ASan and UBSan -------------------------------------------------------

HOST_CC     := gcc
HOST_CFLAGS := -std=gnu11 -D_GNU_SOURCE -g -O1 -I. -fno-omit-frame-pointer -fno-strict-aliasing \
               -fsanitize=address,undefined -fno-sanitize-recover=all $(WARN)
HOST_DIRS   := pm/lib tcpip script script/commands loaders test/host
HOST_C      := $(wildcard $(HOST_DIRS:%=%/*.c))
HOST_OBJ    := $(HOST_C:%.c=$(O)/host/%.o)
UNIT_C      := $(wildcard test/unit/test_*.c test/sim/test_*.c)
UNIT_BIN    := $(UNIT_C:%.c=$(O)/%)

$(O)/host/%.o: %.c
	@mkdir -p $(@D)
	$(HOST_CC) $(HOST_CFLAGS) -MMD -MP -c -o $@ $<

$(O)/libhost.a: $(HOST_OBJ)
	@rm -f $@
	$(AR) rcsD $@ $(HOST_OBJ)

$(O)/test/%: $(O)/host/test/%.o $(O)/libhost.a
	@mkdir -p $(@D)
	$(HOST_CC) $(HOST_CFLAGS) -o $@ $< $(O)/libhost.a -lcmocka

check-unit: $(UNIT_BIN)
	@for t in $(UNIT_BIN); do ./$$t || exit 1; done

clean:
	rm -rf $(O) $(BIN)

.PHONY: all images check-unit clean
.SECONDARY:

-include $(shell find $(O) -name '*.d' 2>/dev/null)
