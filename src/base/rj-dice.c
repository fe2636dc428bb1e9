#include "rj-dice.h"

#include <string.h>
#include <sys/random.h>

struct _RjDice {
  GRand *rand; /* NULL: ask the kernel */
  guint32 seed;
};

RjDice *
rj_dice_new (guint32 seed)
{
  RjDice *self = g_new0 (RjDice, 1);

  self->seed = seed;
  self->rand = g_rand_new_with_seed (seed);
  return self;
}

RjDice *
rj_dice_new_from_kernel (void)
{
  return g_new0 (RjDice, 1);
}

void
rj_dice_free (RjDice *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->rand, g_rand_free);
  g_free (self);
}

guint32
rj_dice_get_seed (const RjDice *self)
{
  return self->seed;
}

guint32
rj_dice_roll_u32 (RjDice *self)
{
  guint32 value = 0;

  if (self->rand != NULL)
    return g_rand_int (self->rand);
  /* the kernel gives up to 256 bytes at once and without interruption (getrandom(2)) */
  g_assert (getrandom (&value, sizeof value, 0) == (gssize) sizeof value);
  return value;
}

double
rj_dice_roll (RjDice *self)
{
  return rj_dice_roll_u32 (self) / 4294967296.0;
}

char *
rj_dice_roll_text (RjDice *self, const char *alphabet, guint length)
{
  guint n = strlen (alphabet);
  char *text = g_malloc (length + 1);

  for (guint i = 0; i < length; i++)
    text[i] = alphabet[(guint) (rj_dice_roll (self) * n)];
  text[length] = '\0';
  return text;
}
