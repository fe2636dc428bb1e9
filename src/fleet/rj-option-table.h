/* The options of a subcommand as one table: --help, environment names, checks, man page and completion come
 * from it. Precedence: flag, then environment (REJOIN_<NAME>), then the default of the table. Home thread. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef enum {
  RJ_OPTION_FLAG,     /* gboolean */
  RJ_OPTION_COUNT,    /* guint */
  RJ_OPTION_DURATION, /* gint64, microseconds; -1: not given and without a default */
  RJ_OPTION_TEXT,     /* char *; NULL: not given and without a default */
  RJ_OPTION_CHOICE,   /* char *, one of the words in choices */
  RJ_OPTION_LIST, /* GPtrArray * of char *; may be given several times; in the environment one a line */
} RjOptionKind;

typedef struct {
  const char *name; /* "join-deadline"; the environment name is REJOIN_JOIN_DEADLINE */
  RjOptionKind kind;
  gsize offset;         /* of the value in the struct of values */
  const char *argument; /* shown in --help: "DURATION"; NULL for flags */
  const char *fallback; /* default as text; NULL: none */
  const char *help;     /* one line */
  guint min, max;       /* of a count */
  const char *choices;  /* of a choice, or of a list (nullable): words separated by "|" */
  gboolean secret;      /* the value is never shown */
} RjOption;

typedef struct {
  const RjOption *options;
  guint n_options;
  const char *usage;   /* "[OPTION…]" */
  const char *summary; /* first paragraph of --help */
  const char *details; /* after the options; (nullable) */
} RjOptionTable;

/* Fills @values (a zeroed struct) from @argv and the environment. What is left in @argv after the options
 * goes to @ret_rest (transfer full). Errors: RJ_ERROR_USAGE with the remedy. @ret_warnings: (element-type
 * utf8): environment variables REJOIN_… that mean nothing. */
gboolean rj_option_table_parse (const RjOptionTable *self,
                                int argc,
                                char **argv,
                                gpointer values,
                                char ***ret_rest,
                                GPtrArray *ret_warnings,
                                GError **error);

/* Returns: (transfer full): name -> value of all that are set, without the secret ones */
JsonObject *rj_option_table_to_json (const RjOptionTable *self, gconstpointer values);

/* Frees what parse has put into @values, not @values itself. */
void rj_option_table_clear (const RjOptionTable *self, gpointer values);

/* Returns: (transfer full): the text of --help */
char *rj_option_table_get_help (const RjOptionTable *self, const char *subcommand);

/* Returns: (transfer full): "REJOIN_JOIN_DEADLINE" */
char *rj_option_get_environment_name (const RjOption *self);

G_END_DECLS
