# whatsapp for Lua. `make help` lists the targets; every variable below can be
# given on the command line, as in `make LUA=jit CC=clang`.

# --- what to build for -------------------------------------------------------

# 5.4, jit (LuaJIT, also inside nginx), 5.1, 5.2 or 5.3. LuaJIT shares 5.1's module path.
LUA = 5.4

binary  = $(if $(filter jit,$(1)),luajit,lua$(1))
API     = $(LUA:jit=5.1)
LUA_BIN = $(call binary,$(LUA))

ifeq ($(filter 5.4 jit 5.1 5.2 5.3,$(LUA)),)
  $(error LUA is 5.4, jit, 5.1, 5.2 or 5.3, not "$(LUA)")
endif

BUILD   = build/$(LUA)
PREFIX  = /usr/local
DESTDIR =

# --- how to compile ----------------------------------------------------------

CFLAGS   = -O2
WARNINGS = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
           -Wwrite-strings -Wcast-qual -Wpointer-arith -Wundef -Wvla -Wformat=2
LDFLAGS  =
LDLIBS   = -lcurl -lcrypto
SHARED   = $(if $(filter Darwin,$(shell uname)),-bundle -undefined dynamic_lookup,-shared)

# Headers: pkg-config where there is one, else the usual places. LUA_INCDIR and
# {CURL,CRYPTO}_{INCDIR,LIBDIR} override.
PKG_CONFIG = pkg-config
PKGS       = $(if $(filter jit,$(LUA)),luajit,lua$(LUA) lua-$(LUA) lua$(subst .,,$(LUA)))
NAMES      = $(PKGS:luajit=luajit-2.1) $(if $(filter 5.4,$(LUA)),lua .)
HEADERS    = $(LUA_BIN) and $(or $(HEADERS_$(LUA)),liblua$(LUA)-dev) (as Debian calls them)
HEADERS_jit = libluajit-5.1-dev
HEADERS_5.1 = liblua5.1-0-dev
PREFIXES   = /usr /usr/local /opt/homebrew /opt/local
OPENSSL    = $(wildcard $(addsuffix /opt/openssl@3,$(PREFIXES)))

pkg       = $(foreach p,$(2),$(shell $(PKG_CONFIG) $(1) $(p) 2>/dev/null))
first_dir = $(firstword $(patsubst %/$(1),%,$(wildcard $(addsuffix /$(1),$(2)))))

ifndef LUA_INCDIR
  LUA_INCDIR := $(call first_dir,lua.h,$(patsubst -I%,%,$(call pkg,--cflags-only-I,$(PKGS))) \
    $(foreach p,$(PREFIXES),$(addprefix $(p)/include/,$(NAMES))))
endif
LIB_INCLUDES := $(addprefix -I,$(CURL_INCDIR) $(CRYPTO_INCDIR)) \
  $(call pkg,--cflags-only-I,libcurl libcrypto) $(OPENSSL:%=-I%/include)
LIB_DIRS     := $(addprefix -L,$(CURL_LIBDIR) $(CRYPTO_LIBDIR)) \
  $(call pkg,--libs-only-L,libcurl libcrypto) $(OPENSSL:%=-L%/lib)

COMPILE = $(CC) -std=c99 -D_GNU_SOURCE -fPIC -fvisibility=hidden -pthread $(WARNINGS) \
          $(CFLAGS) $(CPPFLAGS) -Isrc -isystem $(LUA_INCDIR) $(LIB_INCLUDES:-I%=-isystem %)

# Modules of rocks of their own, for stores: built where their library is.
EXTRAS         = sqlite hiredis
HEADER_sqlite  = sqlite3.h
LDLIBS_sqlite  = -lsqlite3
HEADER_hiredis = hiredis/hiredis.h
LDLIBS_hiredis = -lhiredis

HASH      := \#
has_header = $(shell echo '$(HASH)include <$(1)>' | \
               $(CC) -E $(CPPFLAGS) $(LIB_INCLUDES) -x c - >/dev/null 2>&1 && echo yes)
FOUND     := $(foreach e,$(EXTRAS),$(if $(call has_header,$(HEADER_$(e))),$(e)))

# --- build -------------------------------------------------------------------

SOURCES := $(sort $(filter-out $(EXTRAS:%=src/%/%),$(wildcard src/*/*.c)))
OBJECTS  = $(SOURCES:%.c=$(BUILD)/obj/%.o)
CORE     = $(BUILD)/whatsapp/core.so
BUILT    = $(CORE) $(FOUND:%=$(BUILD)/whatsapp/%.so)

# V=1 shows whole commands.
say = $(if $(V),,@echo "$(1)";)

.PHONY: all help clean

## all: build the C core, and the stores' modules, into build/LUA (the default)
all: $(BUILT)

$(CORE): $(OBJECTS)
	@mkdir -p $(@D)
	$(call say,link $@)$(CC) $(SHARED) -pthread $(CFLAGS) $(LDFLAGS) $(LIB_DIRS) -o $@ $^ $(LDLIBS)

$(BUILD)/whatsapp/%.so: $(BUILD)/obj/src/%/module.o
	@mkdir -p $(@D)
	$(call say,link $@)$(CC) $(SHARED) -pthread $(CFLAGS) $(LDFLAGS) $(LIB_DIRS) -o $@ $^ $(LDLIBS_$*)

.SECONDARY: $(FOUND:%=$(BUILD)/obj/src/%/module.o)

$(BUILD)/obj/%.o: %.c
	$(if $(LUA_INCDIR),,$(error no lua.h for Lua $(LUA): install $(HEADERS), or give LUA_INCDIR))
	@mkdir -p $(@D)
	$(call say,compile $<)$(COMPILE) -MMD -MP -c -o $@ $<

-include $(OBJECTS:.o=.d) $(FOUND:%=$(BUILD)/obj/src/%/module.d)

# What only the specs use: a module, and a host that runs out of memory.
HELPERS  = $(BUILD)/spec/posix.so $(if $(filter Linux5.4,$(shell uname)$(LUA)),$(BUILD)/spec/oom)
LIBLUA   = $(or $(firstword $(call pkg,--libs,$(PKGS))),-llua)
WRAPPED  = malloc calloc realloc

.PHONY: helpers
helpers: $(HELPERS)

$(BUILD)/spec/%.so: spec/support/%.c
	@mkdir -p $(@D)
	$(call say,link $@)$(COMPILE) $(SHARED) $(LDFLAGS) -o $@ $<

$(BUILD)/spec/oom: spec/c/oom.c $(OBJECTS)
	@mkdir -p $(@D)
	$(call say,link $@)$(COMPILE) $(LDFLAGS) $(LIB_DIRS) $(WRAPPED:%=-Wl,--wrap=%) -o $@ $^ \
	  $(LIBLUA) $(LDLIBS) -ldl

## help: this list
help:
	@sed -n 's/^## \([a-z-]*\): /  make \1\t/p' Makefile | expand -t 28
	@echo
	@echo "  LUA=5.4, jit or 5.x    PREFIX=/usr/local    DESTDIR=    CC=cc    V=1: whole commands"

## clean: remove build/, and what `luarocks make` leaves in the tree
clean:
	rm -rf build whatsapp
	rm -f src/*/*.o

# --- install -----------------------------------------------------------------

SHARE   = $(DESTDIR)$(PREFIX)/share/lua/$(API)
LIB     = $(DESTDIR)$(PREFIX)/lib/lua/$(API)
BINDIR  = $(DESTDIR)$(PREFIX)/bin
MODULES = $(shell cd lua && find whatsapp -type f | sort)
COMMAND := $(notdir $(wildcard bin/whatsapp))

# Where modules are when PREFIX is none that Lua knows; the command finds them by itself.
LUA_FILES = $(PREFIX)/share/lua/$(API)/?.lua;$(PREFIX)/share/lua/$(API)/?/init.lua;
C_FILES   = $(PREFIX)/lib/lua/$(API)/?.so;
FIND_LUA  = package.path = "$(LUA_FILES)" .. package.path
FIND_C    = package.cpath = "$(C_FILES)" .. package.cpath

.PHONY: install uninstall

## install: modules and command under PREFIX (/usr/local), for LUA
install: all
	@set -e; for file in $(MODULES); do \
	  install -d "$(SHARE)/$${file%/*}"; \
	  install -m 644 "lua/$$file" "$(SHARE)/$$file"; \
	done
	install -d "$(LIB)/whatsapp"
	install -m 755 $(BUILT) "$(LIB)/whatsapp"
ifdef COMMAND
	install -d "$(BINDIR)"
	{ printf '%s\n' '#!/usr/bin/env $(LUA_BIN)' '$(FIND_LUA)' '$(FIND_C)'; sed 1d bin/whatsapp; } > $(BUILD)/command
	install -m 755 $(BUILD)/command "$(BINDIR)/whatsapp"
endif
ifneq ($(PREFIX),/usr/local)
	@printf '%s\n' "For programs of $(LUA_BIN):" \
	  '  export LUA_PATH="$(LUA_FILES);" LUA_CPATH="$(C_FILES);"'
endif

## uninstall: take away what install put there
uninstall:
	rm -f $(MODULES:%="$(SHARE)/%") $(patsubst %,"$(LIB)/whatsapp/%.so",core $(EXTRAS)) "$(BINDIR)/whatsapp"
	-find "$(SHARE)/whatsapp" "$(LIB)/whatsapp" -type d -empty -delete 2>/dev/null

# --- run ---------------------------------------------------------------------

IN_TREE  = tools/in-tree $(BUILD)
RUNTIMES = $(if $(filter command,$(origin LUA)),$(LUA),5.4 jit)

.PHONY: deps demo run test bench bench-nginx bench-stores bench-conversations bench-flow

## deps: install what the demo and the tests need
deps:
	tools/deps demo test

## demo: a local WhatsApp, a phone in the browser and a bot, from a fresh clone
demo:
	tools/deps demo
	@$(MAKE) --no-print-directory all
	$(IN_TREE) $(LUA_BIN) examples/demo.lua

## run: an example in the sandbox: make run EXAMPLE=examples/send_text.lua [SAY=text]
run: all
	$(if $(EXAMPLE),,$(error which one? make run EXAMPLE=examples/send_text.lua))
	@$(IN_TREE) $(LUA_BIN) tools/run.lua "$(if $(EXAMPLE:%.conf=),$(LUA_BIN),tools/nginx) $(EXAMPLE)" "$(SAY)"

# Meta's OpenAPI description, where it is at hand.
export META_OPENAPI ?= $(firstword $(wildcard ../shared/reference/business-messaging-api_*.yaml))

## test: the specs on Lua 5.4 and LuaJIT (LUA=5.4, SPEC=spec/x_spec.lua narrow)
test:
	tools/deps demo test
	@for lua in $(RUNTIMES); do $(MAKE) --no-print-directory LUA=$$lua all helpers || exit; done
	@tools/test $(foreach r,$(RUNTIMES),$(call binary,$(r))=build/$(r))

## bench: side-by-side measurements
bench: all
	bench/run

## bench-nginx: sends from nginx handlers, beside cosockets and blocking
bench-nginx:
	@$(MAKE) --no-print-directory LUA=jit all
	bench/nginx/run

## bench-stores: events a second through each store
bench-stores:
	@$(MAKE) --no-print-directory LUA=jit all
	tools/in-tree build/jit luajit bench/stores.lua

## bench-conversations: replays, and conversations a second with each store
bench-conversations: all
	$(IN_TREE) $(LUA_BIN) bench/conversations.lua

## bench-flow: requests to a Flow's endpoint beside RSA alone
bench-flow:
	@$(MAKE) --no-print-directory LUA=5.4 all
	tools/in-tree build/5.4 lua5.4 bench/flow.lua

# --- check -------------------------------------------------------------------

EXTRAS_SPECS = spec/store/sqlite_spec.lua spec/store/redis_spec.lua
VALGRIND = valgrind -q --leak-check=full --error-exitcode=99
SANITIZE = -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined \
           -fno-sanitize-recover=all

.PHONY: lint asan tsan fuzz valgrind installed conformance outside browser screenshot format rockspec reference lua-incdir

## lint: luacheck, both Lua compilers, clang-format, warnings of gcc and clang
lint:
	tools/deps demo test check
	@tools/lint

# The specs that exercise the C: with what is pure Lua the sanitizers have no business.
C_SPECS = $(wildcard spec/core spec/c spec/integration spec/loop spec/store spec/api spec/bot \
  spec/flow/endpoint_spec.lua spec/flow/keypair_spec.lua spec/flow/media_spec.lua spec/client_spec.lua spec/parallel_spec.lua spec/json_spec.lua)

## asan: the specs that exercise the C, with AddressSanitizer and UBSan
asan:
	tools/deps demo test
	@$(MAKE) --no-print-directory LUA=5.4 CC=gcc BUILD=build/asan CFLAGS="$(SANITIZE)" all helpers
	tools/asan-lua build/asan
	@PATH="$(CURDIR)/build/asan/bin:$$PATH" SPEC="$(or $(SPEC),$(C_SPECS))" \
	  tools/test lua5.4=build/asan

# The engine without Lua, several threads on it: under the sanitizers.
HARNESS = $(CC) -std=c99 -D_GNU_SOURCE -pthread $(WARNINGS) -Isrc $(LIB_INCLUDES:-I%=-isystem %) \
          $(LIB_DIRS) spec/c/thread.c $(wildcard src/engine/*.c) $(LDLIBS)
ROUNDS  = 20

## tsan: the engine's thread with ThreadSanitizer, and with ASan and UBSan
tsan:
	@mkdir -p build/tsan
	$(call say,link build/tsan/thread)$(HARNESS) -O1 -g -fsanitize=thread -o build/tsan/thread
	$(call say,link build/tsan/address)$(HARNESS) $(SANITIZE) -o build/tsan/address
	TSAN_OPTIONS=halt_on_error=1 timeout 120 build/tsan/thread $(ROUNDS)
	timeout 120 build/tsan/address $(ROUNDS)

# What of the engine reads bytes from outside, without Lua. RUNS and SEED make a
# run the same again.
FUZZ = clang -std=c99 -D_GNU_SOURCE $(WARNINGS) -Isrc $(LIB_INCLUDES:-I%=-isystem %) $(LIB_DIRS) \
       spec/c/$*_fuzz.c $(patsubst %,src/engine/%.c,crypto cipher key error $(FUZZES_$*)) -lcrypto
FUZZES_sealed = sealed file buffer
LENGTHS_sealed = -len_control=0
RUNS = 200000
SEED = 1
SLOWER_crypto = 1
SLOWER_key    = 40
SLOWER_sealed = 40

## fuzz: the engine's decoders under libFuzzer, ASan and UBSan (RUNS=, SEED=)
fuzz: fuzz-crypto fuzz-key fuzz-sealed

.PHONY: fuzz-crypto fuzz-key fuzz-sealed
fuzz-crypto fuzz-key fuzz-sealed: fuzz-%:
	tools/deps demo check
	@mkdir -p build/fuzz
	$(call say,link build/fuzz/$*)$(FUZZ) $(SANITIZE) -fsanitize=fuzzer -o build/fuzz/$*
	cd build/fuzz && timeout 240 ./$* -runs=$$(($(RUNS) / $(SLOWER_$*))) -seed=$(SEED) -max_len=300 $(LENGTHS_$*) \
	  -print_final_stats=1 -verbosity=0

# Without keys, whose making takes minutes there.
VALGRIND_SPECS = $(filter-out spec/core/key_spec.lua,$(wildcard spec/core/*_spec.lua spec/c spec/integration $(EXTRAS_SPECS)))

## valgrind: the specs that exercise the C core, with leak check
valgrind:
	tools/deps demo test check
	@$(MAKE) --no-print-directory LUA=5.4 BUILD=build/valgrind CFLAGS="-O1 -g" all helpers
	@UNDER="$(VALGRIND)" SPEC="$(or $(SPEC),$(VALGRIND_SPECS))" \
	  tools/test lua5.4=build/valgrind

## installed: an example on `make install` and on the rock, 5.4 and LuaJIT
installed:
	tools/deps demo test check
	tools/installed 5.4
	tools/installed jit

## conformance: what is sent and refused against Meta's OpenAPI description
conformance:
	tools/deps demo test referee
	@$(MAKE) --no-print-directory LUA=5.4 all helpers
	@SPEC="$(or $(SPEC),spec/conformance)" BUSTED_FLAGS="-p _referee" \
	  tools/test lua5.4=build/5.4

## outside: clients of others, from npm, against the sandbox
outside:
	tools/deps demo test referee
	@$(MAKE) --no-print-directory LUA=5.4 all helpers
	@mkdir -p build/outside
	@cp spec/outside/*.json spec/outside/*.mjs build/outside
	@cd build/outside && npm install --silent --ignore-scripts --no-audit --no-fund
	@SPEC="$(or $(SPEC),spec/outside)" BUSTED_FLAGS="-p _outside" tools/test lua5.4=build/5.4

## browser: the phone's page in headless Chromium
browser:
	tools/deps demo test browser
	@$(MAKE) --no-print-directory LUA=5.4 all helpers
	@tools/browser $(SPEC)

## screenshot: docs/phone.png, the picture of the phone
screenshot:
	tools/deps demo test browser
	@$(MAKE) --no-print-directory LUA=5.4 all
	@tools/browser spec/browser/screenshot.mjs

## format: lay out the C sources as lint wants them
format:
	clang-format -i $(wildcard src/*/*.[ch] spec/*/*.[ch] bench/*.[ch] bench/*/*.[ch])

.PHONY: types

## types: write the LuaCATS types of messages and of a Flow's screens
types: all
	$(IN_TREE) $(LUA_BIN) tools/types.lua write
	$(IN_TREE) $(LUA_BIN) tools/flow_types.lua write

## rockspec: write the sources and modules there are into the rockspec
rockspec:
	$(LUA_BIN) tools/rockspec.lua

## reference: write the reference page and the types of the resources
reference: all
	$(IN_TREE) $(LUA_BIN) tools/reference.lua write

# Where lua.h was found; for scripts.
lua-incdir:
	@echo $(LUA_INCDIR)
