# The everyday targets. Everything is built by meson; the set-up of a fresh Debian 12 is part of them.
BUILD ?= build
MESON_TEST = meson test -C $(BUILD) --print-errorlogs
MESON_TEST_ASAN = meson test -C $(BUILD)-asan --print-errorlogs --wrapper $(CURDIR)/tests/lib/with-sanitizers

.PHONY: demo test conformance mutants asan asan-part bench truth sweep sweep-asan sweep-sockets fuzz soak lint format clean setup build build-asan setup-tests

build: setup
	@test -f $(BUILD)/build.ninja || meson setup $(BUILD)
	@ninja -C $(BUILD)

setup:
	@scripts/install-packages build

setup-tests:
	@scripts/install-packages build test

# The main job on the embedded cluster: two sessions, a media node dies, who comes back?
demo: build
	$(BUILD)/src/apps/rejoin run

# Unit, component and integration tests, the browser and the lints; every statement must be among them.
test: setup-tests build
	$(MESON_TEST) --no-suite soak
	@python3 tests/conformance/statements.py --brief --log $(BUILD)/meson-logs/testlog.json \
	  --output $(BUILD)/conformance.json

# Every statement about OpenVidu 2 (tests/conformance/statements.tsv), proven or not: a table, and
# $(BUILD)/conformance.json. Fails when one is not.
conformance: setup-tests build
	@status=0; $(MESON_TEST) --suite conformance || status=1; \
	python3 tests/conformance/statements.py --log $(BUILD)/meson-logs/testlog.json \
	  --output $(BUILD)/conformance.json || status=1; \
	exit $$status

build-asan: setup-tests
	@test -f $(BUILD)-asan/build.ninja || \
	  meson setup $(BUILD)-asan -Db_sanitize=address,undefined -Db_lundef=false
	@ninja -C $(BUILD)-asan

# The same code under the address and undefined-behaviour sanitizers.
asan: build-asan
	$(MESON_TEST_ASAN) \
	  --suite unit --suite component --suite integration --timeout-multiplier 4

# What CI runs of it: unit and component tests and one integration test.
asan-part: build-asan
	$(MESON_TEST_ASAN) \
	  --suite unit --suite component --suite asan --no-suite slow-asan --timeout-multiplier 4

# What decides on a verdict, broken in one place at a time: some test must notice. Minutes. FILE=rj-judge.c for one file
mutants: setup-tests build
	tests/mutants/mutants --build $(BUILD) $(if $(FILE),--file $(FILE))

# Figures with their limits, into $(BUILD)/bench.json. Not a test: it prints, it does not judge the machine.
bench: setup-tests build
	tests/bench/bench --rejoin $(BUILD)/src/apps/rejoin --output $(BUILD)/bench.json

# Is the report true? Packets captured on the loopback beside it, figures with their limits into
# $(BUILD)/truth.json; fails over a limit. Needs root or CAP_NET_RAW, and a machine with little else to do.
truth: setup-tests build
	tests/truth/truth --rejoin $(BUILD)/src/apps/rejoin --output $(BUILD)/truth.json

# Every message of every story lost, delayed, doubled, refused, cut …: some thousand cases, into
# $(BUILD)/sweep.json. CASE=rejoin/lost/12 plays one of them and tells all.
SWEEPS = $(wildcard tests/sweep/sweep-*.c)
sweep: setup-tests build
	tests/sweep/sweep --output $(BUILD)/sweep.json $(if $(CASE),--case $(CASE)) \
	  $(SWEEPS:%.c=$(BUILD)/%)

# The same under the sanitizers: ten minutes. Into $(BUILD)-asan/sweep.json
sweep-asan: build-asan
	tests/sweep/sweep --output $(BUILD)-asan/sweep.json --wrapper tests/lib/with-sanitizers \
	  $(if $(CASE),--case $(CASE)) $(SWEEPS:%.c=$(BUILD)-asan/%)

# Again with real media, websockets and the embedded cluster, LANES clusters at once: a quarter of an hour. Into
# $(BUILD)/sweep-sockets.json. CASE as above; MEDIA_SERVER=mediasoup: the server makes the offers.
LANES ?= 4
MEDIA_SERVER ?= kurento
sweep-sockets: setup-tests build
	tests/sweep/sweep-sockets --program $(BUILD)/src/apps/rejoin --lanes $(LANES) --media-server $(MEDIA_SERVER) \
	  --output $(BUILD)/sweep-sockets.json $(if $(CASE),--case $(CASE))

# Every parser against inputs that libFuzzer makes out of the recordings, each for SECONDS; needs clang.
SECONDS ?= 60
fuzz: setup-tests build
	@test -f $(BUILD)-fuzz/build.ninja || CC=clang meson setup $(BUILD)-fuzz -Db_sanitize=address,undefined \
	  -Db_lundef=false -Doptimization=1 -Dc_args=-fsanitize=fuzzer-no-link
	@ninja -C $(BUILD)-fuzz tests/fuzz/rj-fuzz
	RJT_VECTORS=$(CURDIR)/tests/vectors/openvidu2 $(BUILD)/tests/fuzz/fuzz-protocol --corpus $(BUILD)-fuzz/corpus
	tests/fuzz/fuzz --program $(BUILD)-fuzz/tests/fuzz/rj-fuzz --corpus $(BUILD)-fuzz/corpus --seconds $(SECONDS)

# Long runs: hundreds of rejoins, long fuzzing.
soak: setup-tests build
	$(MESON_TEST) --suite soak --timeout-multiplier 20

lint: setup-tests build
	$(MESON_TEST) --suite lint

format:
	clang-format -i $$(git ls-files 'src/*.[ch]' 'tests/*.[ch]')

clean:
	rm -rf $(BUILD) $(BUILD)-asan $(BUILD)-fuzz
