# Puck: one Makefile for everything. `make help` lists the targets.
#
# A new .c or .asm file in a source folder is picked up by itself. What goes into an image is named in
# boot/<image>.list. O is where objects go, BIN where images go; two trees can be built side by side
# with other values.

O   ?= build
BIN ?= bin
EMBED ?=

SHELL := /bin/sh

# Every core builds, unless -j says otherwise. `make setup check` goes goal by goal: what setup installs is needed by
# the rest, which starts a make of its own for what it builds.
ifeq ($(filter setup,$(MAKECMDGOALS))$(filter -j%,$(MAKEFLAGS)),)
MAKEFLAGS += -j$(shell nproc)
endif

# Before a command: say what is being made, or with V=1 how.
Q = $(if $(V),,@echo '  $@';)
.DELETE_ON_ERROR:
.SUFFIXES:

## all          the images: $(BIN)/puck.kpxe, puck.lkrn, puck.usb, undionly.kpxe (what plain `make` does)
all: images

# ---- tools -------------------------------------------------------------------------------------------

CC     := gcc
LD     := ld
AR     := ar
NASM   := nasm
PYTHON := /usr/bin/python3

WARN := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
        -Wvla -Wundef -Wpointer-arith -Wwrite-strings -Wframe-larger-than=1536

# ---- trying it -------------------------------------------------------------------------------------------

## setup        install what is missing for all of this (Debian 12, apt)
setup:
	@tools/setup

## demo         a PC boots Debian's installer over HTTP through puck.kpxe (KEEP=1 stays; NIC= MEM=)
demo: | need-demo
	@$(MAKE) --no-print-directory images
	@tools/demo $(BIN)

## run          one image in QEMU, its shell on this terminal (IMAGE=puck.lkrn; NIC= MEM= CPU= SCRIPT= TFTP=)
run: IMAGE ?= puck.lkrn
run: images | need-demo
	@tools/run $(BIN)/$(notdir $(IMAGE))

## debug        the same, stopped at puck_main, with gdb and the symbols of the relocated program
debug: IMAGE ?= puck.lkrn
debug: images | need-demo need-debug
	@tools/run --debug $(O)/$(basename $(notdir $(IMAGE))).elf $(BIN)/$(notdir $(IMAGE))

## bench        sizes, instructions to the first DHCPDISCOVER, to a kernel, per byte (IMAGE=, also of others; PARTS= PROFILE=)
bench: images $(O)/insncount.so | need-demo $(if $(PROFILE),need-debug)
	@tools/bench --plugin $(O)/insncount.so $(if $(PROFILE),--profile $(PROFILE),--json $(O)/bench.json) \
	    $(if $(PARTS),--parts $(PARTS)) $(or $(IMAGE),$(if $(PROFILE),$(BIN)/puck.lkrn,$(BENCH_IMAGES)))

BENCH_IMAGES := $(BIN)/puck.lkrn@all $(BIN)/puck.kpxe $(BIN)/undionly.kpxe

$(O)/insncount.so: test/bench/insncount.c
	@mkdir -p $(@D)
	$(Q)$(CC) -O2 -Wall -Wextra -Werror -shared -fPIC -fvisibility=hidden -o $@ $<

# The line between a guest and its servers, in the machine tests.
$(O)/relay: test/machine/relay.c
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -D_GNU_SOURCE -O2 $(WARN) -o $@ $<

# ---- what others wrote: fetched by `make setup` (tools/sources), never committed ------------------------

# A library is compiled file by file with our flags, for the target and for the host, without our warnings.
# zlib: only unpacking, without a C library. Its CRC tables are computed when they are needed: they do not pack.
ZLIB        := third-party/zlib
ZLIB_C      := $(patsubst %,$(ZLIB)/%.c,adler32 crc32 inffast inflate inftrees zutil)
ZLIB_CFLAGS := -DZ_SOLO -DHAVE_MEMCPY -DDYNAMIC_CRC_TABLE -D__STDC_NO_ATOMICS__ -include pm/lib/unpack_zlib.h
FOREIGN_INCLUDE := -isystem $(ZLIB)
FOREIGN_WARN := -w

third-party/%:
	@tools/need build; false

# ---- the protected-mode program: 32-bit, freestanding, 486 ---------------------------------------------

# -fno-pie -fno-pic -fno-stack-protector must be said: Debian's gcc turns them on by default. Optimising across files at
# link time takes 3 % off the packed size; fat objects stay readable for nm and objdump. PACKS_BETTER and -mtune=i486
# were chosen by trial: plainer code, smaller once packed.
LTO := -flto -ffat-lto-objects
PACKS_BETTER := -fno-jump-tables -fno-shrink-wrap -fno-optimize-sibling-calls -fno-split-wide-types \
                -fmerge-all-constants -fno-guess-branch-probability -fno-caller-saves -fira-region=one \
                -fno-code-hoisting -fno-tree-pre
# min-pagesize=0: the BIOS data area lies in the first page, and an address there is no mistake.
PM_CFLAGS := -std=gnu11 -m32 -march=i486 -mtune=i486 -Oz -g -ffreestanding -nostdinc \
             -isystem $(shell $(CC) -print-file-name=include 2>/dev/null) -I. -isystem pm/lib/include \
             $(FOREIGN_INCLUDE) \
             -fno-pie -fno-pic -fno-stack-protector -fno-asynchronous-unwind-tables -fno-strict-aliasing \
             -mgeneral-regs-only -mpreferred-stack-boundary=2 -mregparm=3 \
             $(if $(findstring gcc,$(CC)),--param=min-pagesize=0) -ffunction-sections -fdata-sections -fno-common \
             $(PACKS_BETTER) $(LTO) \
             $(WARN) -Wshift-overflow=2

PM_DIRS := pm pm/lib pm/lib/keymaps pm/lib/libc tcpip script script/commands script/scopes loaders undi drivers
PM_C    := $(wildcard $(PM_DIRS:%=%/*.c))
PM_ASM  := $(wildcard $(PM_DIRS:%=%/*.asm))
PM_OBJ  := $(PM_C:%.c=$(O)/pm/%.o) $(PM_ASM:%.asm=$(O)/pm/%.asm.o) $(ZLIB_C:%.c=$(O)/pm/%.o)

$(O)/pm/%.o: %.c | need-build
	@mkdir -p $(@D)
	$(Q)$(CC) $(PM_CFLAGS) -MMD -MP -c -o $@ $<

$(O)/pm/$(ZLIB)/%.o: PM_CFLAGS += $(ZLIB_CFLAGS) $(FOREIGN_WARN)

$(O)/pm/%.asm.o: %.asm | need-build
	@mkdir -p $(@D)
	$(Q)$(NASM) -f elf32 -g -F dwarf -I. -MD $(@:.o=.d) -MP -o $@ $<

# Digests are what a person waits for: speed before size here.
$(addprefix $(O)/pm/pm/lib/,md5.o sha1.o sha256.o sha512.o): PM_CFLAGS += -O2

# Flags live in this file: when it changes, so may every object.
$(PM_OBJ): Makefile

$(O)/libpuck.a: $(PM_OBJ)
	@rm -f $@
	$(Q)$(AR) rcsD $@ $(PM_OBJ)

# ---- images --------------------------------------------------------------------------------------------

# An image is a list of features, linked out of one library, packed, and laid out by one NASM file.
#     bin/NAME.FORMAT <- boot/FORMAT.asm, build/NAME.lzma <- build/NAME.elf <- boot/NAME.list

IMAGES := puck.kpxe puck.lkrn puck.usb undionly.kpxe
XZ     := xz
XZ_OPTIONS := --format=raw --x86 --lzma1=preset=9e,lc=3,lp=0,pb=0,nice=32,mf=bt2

# The C library stays out of it: the compiler makes calls to memcpy() and others only after the linker chose.
$(O)/pm/pm/lib/libc/%.o: PM_CFLAGS += -fno-lto

LDFLAGS := -m elf_i386 --build-id=none -pie --no-dynamic-linker --gc-sections -z noexecstack --no-warn-rwx-segments --fatal-warnings

images: $(IMAGES:%=$(BIN)/%)
	@cd $(BIN) && wc -c $(IMAGES) | sed '$$d'

BOOT_C   := $(filter-out boot/stub.c,$(wildcard boot/*.c))
BOOT_OBJ := $(BOOT_C:%.c=$(O)/pm/%.o)

# What changes without a source file changing. The file is touched only when its text does.
$(O)/version.c: FORCE
	@mkdir -p $(@D)
	@tools/version > $@.new && if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

$(O)/embed.asm: FORCE
	@mkdir -p $(@D)
	@tools/embed '$(EMBED)' > $@.new && if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

$(O)/version.o: $(O)/version.c | need-build
	$(Q)$(CC) $(PM_CFLAGS) -c -o $@ $<

$(O)/embed.o: $(O)/embed.asm $(EMBED) | need-build
	$(Q)$(NASM) -f elf32 -o $@ $<

$(O)/mailbox.ok: rm/mailbox.inc pm/rm.h tools/check-mailbox
	@mkdir -p $(@D)
	$(Q)tools/check-mailbox rm/mailbox.inc | $(CC) $(PM_CFLAGS) -fsyntax-only -x c -
	@touch $@

$(O)/%.lists.c: boot/%.list $(O)/libpuck.a tools/mklists
	$(Q)tools/mklists $< $(O)/libpuck.a > $@

$(O)/%.lists.o: $(O)/%.lists.c
	$(Q)$(CC) $(PM_CFLAGS) -c -o $@ $<

$(O)/%.elf: linker/pm.ld $(BOOT_OBJ) $(O)/%.lists.o $(O)/version.o $(O)/embed.o $(O)/libpuck.a $(O)/mailbox.ok
	$(Q)$(CC) $(PM_CFLAGS) -flto-partition=one -nostdlib $(LDFLAGS:%=-Wl,%) -Wl,-z,notext -T $< -o $@ \
	    $(filter %.o,$^) $(filter %.a,$^)

# What every packet passes through is compiled for speed where there is room: puck.*. It takes the place of the same
# file's object in the library.
FAST_C   := $(patsubst %,tcpip/%.c,arp checksum eth ip4 net netdev pkt route tcp tcp_in tcp_out tcp_stream tftp tftp_packet tftp_twin udp) \
            $(patsubst %,drivers/%.c,intel nic pcnet32 rtl8139 virtio_net vmxnet3) pm/time.c pm/lib/ring.c pm/lib/task.c
FAST_OBJ := $(FAST_C:%.c=$(O)/fast/%.o)

$(O)/fast/%.o: %.c | need-build
	@mkdir -p $(@D)
	$(Q)$(CC) $(filter-out -Oz $(PACKS_BETTER),$(PM_CFLAGS)) -O2 -MMD -MP -c -o $@ $<

$(FAST_OBJ): Makefile
$(O)/puck.elf: $(FAST_OBJ)

$(O)/%.flat: $(O)/%.elf
	$(Q)objcopy -O binary -j .text -j .rodata -j .data -j .rel.dyn $< $@

$(O)/%.bin $(O)/%.inc &: $(O)/%.elf $(O)/%.flat tools/pack-program | need-build
	$(Q)tools/pack-program $(O)/$*.elf $(O)/$*.flat $(O)/$*.bin > $(O)/$*.inc

$(O)/%.lzma: $(O)/%.bin Makefile | need-build
	$(Q)$(XZ) $(XZ_OPTIONS) --stdout $< > $@

# The boot stub runs where it was loaded: position-independent, and its names are its own (no GOT).
STUB_CFLAGS := $(filter-out -fno-pie -fno-pic $(LTO) $(PACKS_BETTER),$(PM_CFLAGS)) -fpie -fno-jump-tables -include boot/stub_hidden.h
STUB_OBJ    := $(addprefix $(O)/stub/,boot/stub.o pm/rm.o pm/memmap.o pm/lib/x86_filter.o \
               $(patsubst %,%.asm.o,boot/stub_entry pm/gate pm/lib/lzma))

$(O)/stub/%.o: %.c | need-build
	@mkdir -p $(@D)
	$(Q)$(CC) $(STUB_CFLAGS) -MMD -MP -c -o $@ $<

$(O)/stub/%.asm.o: %.asm | need-build
	@mkdir -p $(@D)
	$(Q)$(NASM) -f elf32 -I. -MD $(@:.o=.d) -MP -o $@ $<

$(STUB_OBJ): Makefile

$(O)/stub.elf: linker/stub.ld $(STUB_OBJ)
	$(Q)$(LD) $(LDFLAGS) -T $< -o $@ $(STUB_OBJ)

$(O)/stub.bin: $(O)/stub.elf
	$(Q)objcopy -O binary -j .all $< $@

# Debian's NASM lists only incbin files with -MD, not %include.
$(O)/rm.bin: rm/rm.asm $(wildcard rm/*.asm rm/*.inc) | need-build
	@mkdir -p $(@D)
	$(Q)$(NASM) -f bin -I. -o $@ $<

# bin/NAME.FORMAT
define image_rule
$(BIN)/$(1).$(2): boot/$(2).asm boot/payload.inc rm/mailbox.inc $(O)/rm.bin $(O)/stub.bin $(O)/$(1).inc $(O)/$(1).lzma | need-build
	@mkdir -p $$(@D)
	$$(Q)$(NASM) -f bin -I. -DRM='"$(O)/rm.bin"' -DSTUB='"$(O)/stub.bin"' \
	    -DPROGRAM_HEADER='"$(O)/$(1).inc"' -DPROGRAM_PACKED='"$(O)/$(1).lzma"' -o $$@ $$<
endef
$(foreach i,$(IMAGES),$(eval $(call image_rule,$(basename $(i)),$(subst .,,$(suffix $(i))))))

$(BIN)/%:
	@echo "puck: there is no image '$*'; there are: $(IMAGES)" >&2
	@false

FORCE:

# ---- host: the same sources under ASan and UBSan -------------------------------------------------------

HOST_CC     := gcc
HOST_CFLAGS := -std=gnu11 -D_GNU_SOURCE -g -O1 -I. $(FOREIGN_INCLUDE) -fno-omit-frame-pointer -fno-strict-aliasing \
               -fsanitize=address,undefined -fno-sanitize-recover=all $(WARN)
HOST_DIRS   := pm/lib pm/lib/keymaps tcpip script script/commands script/scopes loaders test/host
HOST_C      := $(wildcard $(HOST_DIRS:%=%/*.c))
HOST_OBJ    := $(HOST_C:%.c=$(O)/host/%.o) $(ZLIB_C:%.c=$(O)/host/%.o)
UNIT_C      := $(wildcard test/unit/test_*.c test/sim/test_*.c test/model/test_*.c)
UNIT_BIN    := $(UNIT_C:%.c=$(O)/%) $(patsubst %.c,$(O)/%,$(wildcard test/target/test_*.c))

$(O)/host/%.o: %.c
	@mkdir -p $(@D)
	$(Q)$(HOST_CC) $(HOST_CFLAGS) -MMD -MP -c -o $@ $<

# What the library prints is captured (test/host/console.c); what a test prints is not.
$(filter-out $(O)/host/third-party/%,$(HOST_OBJ)): HOST_CFLAGS += -include test/host/stdio.h
$(O)/host/$(ZLIB)/%.o: HOST_CFLAGS += $(ZLIB_CFLAGS) $(FOREIGN_WARN)
# test/host/work.h counts what the interpreter does.
$(O)/host/script/%.o: HOST_CFLAGS += -fsanitize-coverage=trace-pc

$(O)/libhost.a: $(HOST_OBJ)
	@rm -f $@
	$(Q)$(AR) rcsD $@ $(HOST_OBJ)

# puck-script: the interpreter for people at a desk, as they get it, and as test/script runs it (under ASan). It brings
# its own world: files for the network, typed keys, kernels that do not start.
TOOL_C       := $(wildcard tools/puck-script/*.c)
TOOL_HOST_C  := $(filter-out test/host/sim% test/host/getting.c test/host/tcpscript.c test/host/scripting.c test/host/schemes.c test/host/scopes.c,$(HOST_C))
TOOL_CFLAGS  := $(filter-out -g -fsanitize=% -fno-sanitize-recover=%,$(HOST_CFLAGS)) -I$(O)/tool
TOOL_WRAP    := dhcp_configure power_reboot power_off handover_disk
TOOL_LIB_OBJ := $(TOOL_HOST_C:%.c=$(O)/tool/%.o) $(ZLIB_C:%.c=$(O)/tool/%.o)

$(O)/tool/%.o: %.c
	@mkdir -p $(@D)
	$(Q)$(HOST_CC) $(TOOL_CFLAGS) -MMD -MP -c -o $@ $<

$(filter-out $(O)/tool/third-party/%,$(TOOL_LIB_OBJ)): TOOL_CFLAGS += -include test/host/stdio.h
$(O)/tool/$(ZLIB)/%.o: TOOL_CFLAGS += $(ZLIB_CFLAGS) $(FOREIGN_WARN)
$(TOOL_C:%.c=$(O)/host/%.o): HOST_CFLAGS += -I$(O)/tool
$(TOOL_C:%.c=$(O)/tool/%.o) $(TOOL_C:%.c=$(O)/host/%.o): | $(O)/tool/features.inc $(O)/tool/schemes.inc

# What is in which image, and what puck.* can fetch.
$(O)/tool/features.inc: $(wildcard boot/*.list)
	@mkdir -p $(@D)
	@awk '/^[a-z]/ { image = FILENAME; gsub(/.*\/|\.list$$/, "", image); \
	    printf "FEATURE(%s, %s, %s)\n", image, $$1, $$2 }' $^ > $@

$(O)/tool/schemes.inc: boot/puck.list
	@mkdir -p $(@D)
	@awk '$$1 == "scheme" && $$2 != "data" { printf "SCHEME(%s)\n", $$2 }' $< > $@

$(O)/tool/libtool.a: $(TOOL_LIB_OBJ)
	@rm -f $@
	$(Q)$(AR) rcsD $@ $^

$(O)/tool/lists.c: boot/puck.list $(O)/tool/libtool.a tools/mklists
	$(Q)tools/mklists boot/puck.list $(O)/tool/libtool.a command help scope > $@

$(O)/host/tool_lists.c: boot/puck.list $(O)/libhost.a tools/mklists
	$(Q)tools/mklists boot/puck.list $(O)/libhost.a command help scope > $@

$(BIN)/puck-script: $(TOOL_C:%.c=$(O)/tool/%.o) $(O)/tool/lists.c $(O)/version.c $(O)/tool/libtool.a
	@mkdir -p $(@D)
	$(Q)$(HOST_CC) $(TOOL_CFLAGS) $(TOOL_WRAP:%=-Wl,--wrap=%) -o $@ $^

$(O)/test/puck-script: $(TOOL_C:%.c=$(O)/host/%.o) $(O)/host/tool_lists.c $(O)/version.c $(O)/libhost.a
	@mkdir -p $(@D)
	$(Q)$(HOST_CC) $(HOST_CFLAGS) $(TOOL_WRAP:%=-Wl,--wrap=%) -o $@ $^

## puck-script  $(BIN)/puck-script, which checks scripts and runs them at your desk (puck-script --help)
puck-script: $(BIN)/puck-script

## install      puck-script and the images for users (PREFIX=/usr/local, DESTDIR=)
PREFIX ?= /usr/local
install: images puck-script
	install -D -m 755 $(BIN)/puck-script '$(DESTDIR)$(PREFIX)/bin/puck-script'
	install -D -m 644 -t '$(DESTDIR)$(PREFIX)/share/puck' $(IMAGES:%=$(BIN)/%)

# These decide about every allocation.
$(O)/test/sim/test_no_memory: HOST_LINK := $(foreach f,malloc calloc realloc aligned_alloc strdup asprintf,-Wl,--wrap=$(f))
$(O)/test/unit/test_script_no_memory: HOST_LINK := $(foreach f,malloc calloc strdup strndup console_write,-Wl,--wrap=$(f))

$(O)/test/unit/test_script_work: HOST_LINK := -Wl,--wrap=malloc

$(O)/test/%: $(O)/host/test/%.o $(O)/libhost.a
	@mkdir -p $(@D)
	$(Q)$(HOST_CC) $(HOST_CFLAGS) $(HOST_LINK) -o $@ $< $(O)/libhost.a -lcmocka

# The commands and scopes of the real list, linked into a test of their own and into what makes the documents.
$(O)/host/commands.list: boot/puck.list
	@mkdir -p $(@D)
	@grep -E '^(command|help|scope)' $< > $@

$(O)/host/commands.c: $(O)/host/commands.list $(O)/libhost.a tools/mklists
	$(Q)tools/mklists $< $(O)/libhost.a > $@

$(O)/test/unit/test_commands: $(O)/host/test/unit/test_commands.o $(O)/host/commands.c $(O)/libhost.a
	@mkdir -p $(@D)
	$(Q)$(HOST_CC) $(HOST_CFLAGS) -o $@ $^ -lcmocka

$(O)/docs-tables: $(O)/host/tools/docs_tables.o $(O)/host/tools/docs_commands.o $(O)/host/commands.c $(O)/libhost.a
	@mkdir -p $(@D)
	$(Q)$(HOST_CC) $(HOST_CFLAGS) -o $@ $^

## docs         docs/commands.md and the tables in docs/*.md, from the program's own
docs: $(O)/docs-tables
	@tools/mkdocs $(O)/docs-tables

# What is assembler, or rests on it: the target's own objects, run as 32-bit code. Their symbols get a prefix, so
# that they can stand beside the system's libc.
TARGET_OBJ := $(addprefix $(O)/pm/pm/,switch.asm.o lib/lzma.asm.o lib/libc/memory.asm.o \
              lib/libc/divide.asm.o lib/libc/divide.o)

$(O)/test/target/puck.o: $(TARGET_OBJ)
	@mkdir -p $(@D)
	$(Q)$(LD) -m elf_i386 -z noexecstack -r -o $@ $(TARGET_OBJ)
	$(Q)objcopy --prefix-symbols=puck_ $@

$(O)/test/target/%: test/target/%.c $(O)/test/target/puck.o
	$(Q)$(HOST_CC) -std=gnu11 -m32 -no-pie -z noexecstack -g -O1 $(WARN) -MMD -MP -o $@ $(filter %.c %.o,$^)

# Drivers run on the host against models of their devices: test/model/pm/io.h takes the place of pm/io.h.
MODEL_C   := $(wildcard drivers/*.c undi/*.c) pm/pci.c pm/serial.c $(filter-out test/model/test_%,$(wildcard test/model/*.c))
MODEL_OBJ := $(MODEL_C:%.c=$(O)/host/%.o)

$(MODEL_OBJ): HOST_CFLAGS := -Itest/model $(HOST_CFLAGS) -include test/host/stdio.h

$(O)/libmodel.a: $(MODEL_OBJ)
	@rm -f $@
	$(Q)$(AR) rcsD $@ $(MODEL_OBJ)

$(O)/test/model/%: $(O)/host/test/model/%.o $(O)/libmodel.a $(O)/libhost.a
	@mkdir -p $(@D)
	$(Q)$(HOST_CC) $(HOST_CFLAGS) -o $@ $< $(O)/libmodel.a $(O)/libhost.a -lcmocka

## check-unit   unit tests and simulated-network tests on the host, under ASan and UBSan
check-unit: $(UNIT_BIN) $(O)/test/puck-script $(O)/docs-tables | need-check
	@$(CHECK) unit

# ---- fuzzing: the host sources once more, by clang with libFuzzer -----------------------------------------

FUZZ_CC     := clang
FUZZ_CFLAGS := $(filter-out -fsanitize=% -Wframe-larger-than=%,$(HOST_CFLAGS)) \
               -fsanitize=fuzzer-no-link,address,undefined $(COVERAGE_CFLAGS)
FUZZ_OBJ    := $(HOST_C:%.c=$(O)/fuzz/obj/%.o) $(ZLIB_C:%.c=$(O)/fuzz/obj/%.o)
CHECKER_C   := $(wildcard tools/puck-script/check*.c) tools/puck-script/names.c tools/puck-script/source.c
FUZZ_BIN    := $(patsubst test/fuzz/%.c,$(O)/fuzz/%,$(wildcard test/fuzz/fuzz_*.c))
TIME        ?= 60

$(O)/fuzz/obj/%.o: %.c | need-check
	@mkdir -p $(@D)
	$(Q)$(FUZZ_CC) $(FUZZ_CFLAGS) -MMD -MP -c -o $@ $<

$(filter-out $(O)/fuzz/obj/third-party/%,$(FUZZ_OBJ)): FUZZ_CFLAGS += -include test/host/stdio.h
$(O)/fuzz/obj/$(ZLIB)/%.o: FUZZ_CFLAGS += $(ZLIB_CFLAGS) $(FOREIGN_WARN)

$(O)/libfuzz.a: $(FUZZ_OBJ)
	@rm -f $@
	$(Q)$(AR) rcsD $@ $(FUZZ_OBJ)

$(O)/fuzz/fuzz_check: $(CHECKER_C:%.c=$(O)/fuzz/obj/%.o)
$(O)/fuzz/fuzz_%: $(O)/fuzz/obj/test/fuzz/fuzz_%.o $(O)/libfuzz.a
	$(Q)$(FUZZ_CC) $(FUZZ_CFLAGS) -fsanitize=fuzzer -o $@ $(filter %.o,$^) $(O)/libfuzz.a

## fuzz         every fuzz target for TIME=60 seconds; what it finds stays in $(O)/fuzz/found
fuzz: $(FUZZ_BIN)
	@tools/fuzz --time $(TIME) --found $(O)/fuzz/found $(FUZZ_BIN)

## coverage     how much of each parser the seeds of the fuzz targets reach (SHOW=tcpip/dns.c: which lines)
coverage: | need-check
	@$(MAKE) -s O=$(O)/coverage COVERAGE_CFLAGS='-fprofile-instr-generate -fcoverage-mapping' coverage-told

coverage-told: $(FUZZ_BIN)
	@tools/coverage $(SHOW:%=--show %) $(FUZZ_BIN)

# ---- structure: what is proved about the sources and the images ------------------------------------------

# The target's sources by the other compiler. clang knows -mstack-alignment by another name and brings its own
# freestanding headers.
CLANG_CFLAGS := $(filter-out $(LTO) $(PACKS_BETTER) -mpreferred-stack-boundary=% -Wshift-overflow=% --param=%,\
                $(subst $(shell $(CC) -print-file-name=include 2>/dev/null),\
                $(shell $(FUZZ_CC) -print-resource-dir 2>/dev/null)/include,$(PM_CFLAGS))) -mstack-alignment=4
CLANG_OBJ    := $(PM_C:%.c=$(O)/clang/%.o)

$(O)/clang/%.o: %.c | need-check
	@mkdir -p $(@D)
	$(Q)$(FUZZ_CC) $(CLANG_CFLAGS) -MMD -MP -c -o $@ $<

# Every header on its own, so that it can be included first.
HEADERS   := $(wildcard $(PM_DIRS:%=%/*.h))
HEADER_OK := $(HEADERS:%.h=$(O)/headers/%.ok)

$(O)/headers/%.ok: %.h
	@mkdir -p $(@D)
	$(Q)$(CC) $(PM_CFLAGS) -MMD -MP -MT $@ -MF $(@:.ok=.d) -fsyntax-only -include $< -x c /dev/null
	@touch $@

# The same images again, from nothing, elsewhere: they must come out the same.
again:
	@rm -rf $(O)/again
	@$(MAKE) --no-print-directory -s O=$(O)/again BIN=$(O)/again/bin images

## check-static the checks that run nothing: folder arrows, function lengths, images (486 only, sizes, reproducible)
check-static: images again $(CLANG_OBJ) $(HEADER_OK) $(O)/docs-tables | need-check
	@$(CHECK) static

# ---- all checks ------------------------------------------------------------------------------------------

CHECK = $(PYTHON) tools/check --obj $(O) --bin $(BIN) --images '$(IMAGES)' --unit '$(UNIT_BIN)' --fuzz '$(FUZZ_BIN)'

check-built: images $(O)/insncount.so $(O)/relay again $(UNIT_BIN) $(FUZZ_BIN) $(CLANG_OBJ) $(HEADER_OK) $(O)/docs-tables $(O)/test/puck-script

## check        everything: unit, simulated network, fuzz corpora, structure, machine tests; under 20 minutes
check: | need-check need-demo
	@$(MAKE) --no-print-directory check-built
	@$(CHECK) unit fuzz static machine

## check-long   the same with longer fuzzing and the slow machine tests
check-long: | need-check need-demo
	@$(MAKE) --no-print-directory check-built
	@$(CHECK) --long unit fuzz coverage static machine

## check-machine the machine tests only (T=pattern picks some: make check-machine T=bochs)
check-machine: images $(O)/insncount.so $(O)/relay | need-check need-demo
	@$(CHECK) machine $(if $(T),'$(T)')

# ---- this file itself ------------------------------------------------------------------------------------

## help         this list
help:
	@echo 'make TARGET [VARIABLE=value]...'
	@sed -n 's/^## //p' Makefile | sed 's/\$$(BIN)/$(BIN)/g; s/\$$(O)/$(O)/g; s/^/  /'

need-%:
	@tools/need $*

.DEFAULT:
	@echo "puck: nothing here is called '$@'. Targets: $$(sed -n 's/^## \([a-z-]*\).*/\1/p' Makefile | tr '\n' ' ')" >&2
	@false

## clean        remove everything that was built
clean:
	rm -rf $(O) $(BIN)

.PHONY: FORCE all images puck-script docs install check-unit check-static check-built check check-long check-machine again fuzz coverage coverage-told setup demo run debug \
        bench help clean
.SECONDARY:

-include $(shell find $(O) -name '*.d' 2>/dev/null)
