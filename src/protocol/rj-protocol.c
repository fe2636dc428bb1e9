/* Placeholder so that an empty layer links. */
typedef int rj_protocol_is_empty;
