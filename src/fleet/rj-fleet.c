/* Placeholder so that an empty layer links. */
typedef int rj_fleet_is_empty;
