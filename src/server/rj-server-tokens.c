#include "rj-server-tokens.h"

#define RADIX_32 "0123456789abcdefghijklmnopqrstuv"
#define HEX      "0123456789ABCDEF"

/* The protocol's ids: @prefix, one upper-case letter, @n alphanumerics */
static char *
make_id (RjDice *dice, const char *prefix, guint n)
{
  g_autofree char *first = rj_dice_roll_text (dice, RJ_ALPHABET_UPPER, 1);
  g_autofree char *rest = rj_dice_roll_text (dice, RJ_ALPHABET_ALNUM, n);

  return g_strconcat (prefix, first, rest, NULL);
}

char *
rj_server_make_session_id (RjDice *dice)
{
  return make_id (dice, "ses_", 9);
}

char *
rj_server_make_connection_id (RjDice *dice)
{
  return make_id (dice, "con_", 9);
}

char *
rj_server_make_node_id (RjDice *dice)
{
  return make_id (dice, "media_", 7);
}

char *
rj_server_make_rpc_id (RjDice *dice)
{
  return rj_dice_roll_text (dice, RADIX_32, 26);
}

char *
rj_server_make_user_id (RjDice *dice)
{
  return rj_dice_roll_text (dice, HEX, 16);
}

char *
rj_server_make_stream_id (RjDice *dice, const char *type_of_video, const char *connection)
{
  g_autofree char *middle = make_id (dice, "", 3);

  return g_strdup_printf ("str_%.3s_%s_%s", type_of_video == NULL ? "MIC" : type_of_video, middle,
                          connection);
}

char *
rj_server_make_token (RjDice *dice, const char *ws_origin, const char *session)
{
  g_autofree char *token = make_id (dice, "tok_", 15);

  return g_strdup_printf ("%s?sessionId=%s&token=%s", ws_origin, session, token);
}

RjServerToken *
rj_server_token_new (char *connection, char *token)
{
  RjServerToken *self = g_new0 (RjServerToken, 1);

  self->connection = connection;
  self->token = token;
  self->created_ms = g_get_real_time () / 1000;
  self->role = g_strdup ("PUBLISHER");
  self->server_data = g_strdup ("");
  self->record = TRUE;
  self->ice_servers = json_array_new ();
  return self;
}

void
rj_server_token_free (RjServerToken *self)
{
  g_free (self->connection);
  g_free (self->token);
  g_free (self->role);
  g_free (self->server_data);
  g_clear_pointer (&self->kurento_options, json_node_unref);
  json_array_unref (self->ice_servers);
  g_free (self);
}
