/* Mutates recorded messages and feeds them to the parsers.
 *
 *   fuzz-protocol [rounds [seed]]    as a test; the default is a short run
 *   fuzz-protocol FILE…              feeds each file to every target, to look into a finding
 *   fuzz-protocol --corpus FOLDER    writes what libFuzzer begins with
 *
 * A crash is found again with the same rounds and seed. */
#include <stdlib.h>
#include <string.h>

#include "rj-dice.h"
#include "rjt-fuzz-corpus.h"
#include "rjt-fuzz-targets.h"

enum { DEFAULT_ROUNDS = 3000, MAX_SIZE = 60 * 1024 };

/* What breaks parsers: numbers at their limits, pieces of syntax */
static const char *const pieces[] = {
  "\0",
  "\xff",
  "\xc3",
  "\r\n",
  "\n",
  "\r",
  " ",
  "\"",
  "\\",
  "\\\"",
  "{",
  "}",
  "[",
  "]",
  ":",
  ",",
  "null",
  "true",
  "-1",
  "0",
  "1e999",
  "4294967296",
  "18446744073709551616",
  "65536",
  "a=",
  "m=",
  "m=video 9 X 96\r\n",
  "a=rtpmap:",
  "a=fmtp:96 apt=96\r\n",
  "a=ssrc:",
  "a=group:BUNDLE ",
  "v=0\r\n",
  "candidate:",
  "%",
  "%00",
  "&token=",
  "?sessionId=",
  "tok_",
  "\\u0000",
  "\\ud800",
  "'",
  "/*",
  "typ ",
  "raddr ",
};

static guint
roll_below (RjDice *dice, guint limit)
{
  return limit == 0 ? 0 : rj_dice_roll_u32 (dice) % limit;
}

static const guint8 *
get_seed (GPtrArray *seeds, guint index, gsize *size)
{
  return g_bytes_get_data (((RjtFuzzSeed *) g_ptr_array_index (seeds, index))->bytes, size);
}

static void
insert_piece (RjDice *dice, GByteArray *bytes, const guint8 *data, guint size)
{
  guint at = roll_below (dice, bytes->len + 1);
  g_autofree guint8 *tail = g_memdup2 (bytes->data + at, bytes->len - at);
  guint n_tail = bytes->len - at;

  g_byte_array_set_size (bytes, at);
  g_byte_array_append (bytes, data, size);
  g_byte_array_append (bytes, tail, n_tail);
}

static void
mutate_once (RjDice *dice, GByteArray *bytes, GPtrArray *seeds)
{
  guint at = roll_below (dice, bytes->len);
  guint size = roll_below (dice, MIN (64, bytes->len - at + 1));
  const char *piece = pieces[roll_below (dice, G_N_ELEMENTS (pieces))];
  gsize n_other;
  const guint8 *other;

  switch (roll_below (dice, 6)) {
  case 0: /* flip a bit */
    if (bytes->len > 0)
      bytes->data[at] ^= 1u << roll_below (dice, 8);
    break;
  case 1: /* cut out */
    if (size > 0)
      g_byte_array_remove_range (bytes, at, MIN (size, bytes->len - at));
    break;
  case 2: /* end early */
    g_byte_array_set_size (bytes, at);
    break;
  case 3: /* a piece of another message */
    other = get_seed (seeds, roll_below (dice, seeds->len), &n_other);
    at = roll_below (dice, n_other);
    insert_piece (dice, bytes, other + at, MIN (200, n_other - at));
    break;
  default:
    insert_piece (dice, bytes, (const guint8 *) piece, MAX (1, strlen (piece)));
    break;
  }
}

static void
run_all (const guint8 *data, gsize size)
{
  for (const RjtFuzzTarget *target = rjt_fuzz_targets; target->name != NULL; target++)
    target->run (data, size);
}

static void
fuzz (guint rounds, guint32 seed)
{
  g_autoptr (GPtrArray) seeds = rjt_fuzz_corpus_new ();
  g_autoptr (RjDice) dice = rj_dice_new (seed);

  g_assert_cmpuint (seeds->len, >=, 200);
  for (guint i = 0; i < seeds->len; i++) {
    gsize size;
    const guint8 *data = get_seed (seeds, i, &size);

    run_all (data, size);
  }
  for (guint i = 0; i < rounds; i++) {
    gsize size;
    const guint8 *data = get_seed (seeds, roll_below (dice, seeds->len), &size);
    g_autoptr (GByteArray) bytes = g_byte_array_new ();

    g_byte_array_append (bytes, data, MIN (size, MAX_SIZE));
    for (guint n = 1 + roll_below (dice, 6); n > 0; n--)
      mutate_once (dice, bytes, seeds);
    run_all (bytes->data, bytes->len);
  }
}

static void
run_file (const char *path)
{
  g_autofree char *data = NULL;
  g_autoptr (GError) error = NULL;
  gsize size;

  g_file_get_contents (path, &data, &size, &error);
  g_assert_no_error (error);
  run_all ((const guint8 *) data, size);
}

int
main (int argc, char **argv)
{
  guint64 rounds = DEFAULT_ROUNDS;
  guint64 seed = 1;

  if (argc == 3 && g_str_equal (argv[1], "--corpus")) {
    rjt_fuzz_corpus_write (argv[2]);
    return EXIT_SUCCESS;
  }
  if (argc > 1 && !g_ascii_string_to_unsigned (argv[1], 10, 0, G_MAXUINT32, &rounds, NULL)) {
    for (int i = 1; i < argc; i++)
      run_file (argv[i]);
    return EXIT_SUCCESS;
  }
  if (argc > 2 && !g_ascii_string_to_unsigned (argv[2], 10, 0, G_MAXUINT32, &seed, NULL))
    return EXIT_FAILURE;
  g_print ("1..1\n");
  fuzz ((guint) rounds, (guint32) seed);
  g_print ("ok 1 /fuzz/protocol # %u rounds, seed %u\n", (guint) rounds, (guint) seed);
  return EXIT_SUCCESS;
}
