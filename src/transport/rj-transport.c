/* Placeholder so that an empty layer links. */
typedef int rj_transport_is_empty;
