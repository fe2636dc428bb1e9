/* Placeholder so that an empty layer links. */
typedef int rj_server_is_empty;
