/* The one seeded source of random numbers of a run: the same seed gives the same run. Home thread only.
 * (Keys, ICE credentials and tokens of the embedded server come from the libraries or from
 * rj_dice_new_from_kernel(), never from a guessable seed.) */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _RjDice RjDice;

RjDice *rj_dice_new (guint32 seed);
RjDice *rj_dice_new_from_kernel (void);
void rj_dice_free (RjDice *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjDice, rj_dice_free)

guint32 rj_dice_get_seed (const RjDice *self);

/* Returns: a number in [0, 1) */
double rj_dice_roll (RjDice *self);
guint32 rj_dice_roll_u32 (RjDice *self);

/* Returns: (transfer full): @length characters drawn from @alphabet */
char *rj_dice_roll_text (RjDice *self, const char *alphabet, guint length);

#define RJ_ALPHABET_ALNUM "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
#define RJ_ALPHABET_UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define RJ_ALPHABET_HEX   "0123456789abcdef"

G_END_DECLS
