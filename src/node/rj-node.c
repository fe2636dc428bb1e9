/* Placeholder so that an empty layer links. */
typedef int rj_node_is_empty;
