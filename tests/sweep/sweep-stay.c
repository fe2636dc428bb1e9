/* The sweep over a participant's stay: how it joins, comes back, resumes, subscribes and leaves. */
#include "rj-log.h"
#include "rjt-world.h"

/* How long messages are struck: the story itself, and one ping after it */
#define STORY_US (6 * RJT_SECOND)

/* Until it flows; from then on messages count */
static RjtWorld *
settle (RjtRun *run, RjtWorld *world)
{
  if (!rjt_world_settle (world, 30 * RJT_SECOND))
    rjt_run_fail (run, "it does not even join without a fault");
  rjt_world_run (world, RJT_SECOND);
  rjt_run_arm (run);
  return world;
}

static RjtWorld *
make_settled (RjtRun *run)
{
  RjtWorld *world = rjt_world_new (run);

  rjt_world_start (world);
  return settle (run, world);
}

static void
end (RjtWorld *world)
{
  rjt_run_disarm (world->run);
  rjt_world_judge (world);
  rjt_world_leave (world);
  rjt_world_free (world);
}

static void
play_join (RjtRun *run)
{
  RjtWorld *world = rjt_world_new (run);

  rjt_run_arm (run);
  rjt_world_start (world);
  rjt_world_run (world, STORY_US);
  end (world);
}

static void
play_rejoin (RjtRun *run)
{
  RjtWorld *world = make_settled (run);

  rjt_model_crash (world->model, "nodeCrashed");
  rjt_world_run (world, STORY_US);
  end (world);
}

static void
play_resume (RjtRun *run)
{
  RjtWorld *world = make_settled (run);

  rjt_model_cut (world->model);
  rjt_world_run (world, STORY_US);
  end (world);
}

static void
play_subscribe (RjtRun *run)
{
  RjtWorld *world = make_settled (run);

  rjt_model_add (world->model, "bot-4");
  rjt_world_run (world, RJT_SECOND / 2);
  rjt_model_mute (world->model, "bot-2", FALSE);
  rjt_model_unpublish (world->model, "bot-3", "unpublish");
  rjt_world_run (world, RJT_SECOND / 2);
  rjt_model_publish (world->model, "bot-3");
  rjt_model_add (world->model, "browser");
  rjt_world_run (world, RJT_SECOND / 2);
  rjt_model_mute (world->model, "bot-2", TRUE);
  rjt_model_remove (world->model, "bot-4", "disconnect");
  rj_participant_forget_publisher (world->participant, "bot-4"); /* as the run does */
  rjt_world_run (world, STORY_US);
  end (world);
}

static void
play_leave (RjtRun *run)
{
  RjtWorld *world = make_settled (run);

  rjt_world_leave (world);
  rjt_world_free (world);
}

/* The media server is back within the window */
static void
play_reset (RjtRun *run)
{
  RjtWorld *world = make_settled (run);

  rjt_model_reset (world->model);
  rjt_world_run (world, STORY_US);
  end (world);
}

/* A frozen media node, of which the server says nothing for 9 s: it leaves, and joins again before the node is back */
static void
play_silence (RjtRun *run)
{
  RjtWorld *world = make_settled (run);

  rjt_model_freeze (world->model, TRUE);
  rjt_world_run (world, 9 * RJT_SECOND);
  rjt_model_freeze (world->model, FALSE);
  rjt_world_run (world, STORY_US);
  end (world);
}

/* One stream of several ends: reconnectStream */
static void
play_edge (RjtRun *run)
{
  RjtWorld *world = make_settled (run);

  rjt_model_break_edge (world->model, "bot-2");
  rjt_world_run (world, STORY_US);
  end (world);
}

/* One ends while the websocket is gone for a moment: nothing can be asked for until it is back */
static void
play_edge_cut (RjtRun *run)
{
  RjtWorld *world = make_settled (run);

  rjt_model_break_edge (world->model, "bot-2");
  rjt_world_run (world, RJT_SECOND - RJT_SECOND / 100);
  rjt_model_cut (world->model);
  rjt_world_run (world, STORY_US);
  end (world);
}

/* The others are with another master node */
static void
play_master (RjtRun *run)
{
  RjtWorld *world = make_settled (run);

  rjt_model_crash_master (world->model);
  rjt_world_run (world, STORY_US);
  end (world);
}

/* --- where the server makes the offers --- */

static RjtWorld *
make_offered (RjtRun *run)
{
  RjtWorld *world = rjt_world_new (run);

  rjt_model_set_server_offers (world->model);
  rjt_world_start (world);
  return world;
}

static void
play_join_offered (RjtRun *run)
{
  RjtWorld *world;

  rjt_run_arm (run);
  world = make_offered (run);
  rjt_world_run (world, STORY_US);
  end (world);
}

static void
play_rejoin_offered (RjtRun *run)
{
  RjtWorld *world = settle (run, make_offered (run));

  rjt_model_crash (world->model, "nodeCrashed");
  rjt_world_run (world, STORY_US);
  end (world);
}

static void
play_edge_offered (RjtRun *run)
{
  RjtWorld *world = settle (run, make_offered (run));

  rjt_model_break_edge (world->model, "bot-2");
  rjt_world_run (world, STORY_US);
  end (world);
}

static void
play_edge_renewed (RjtRun *run)
{
  RjtWorld *world = settle (run, make_offered (run));

  rjt_model_renew_edge (world->model, "bot-2");
  rjt_world_run (world, STORY_US);
  end (world);
}

#define ALL_FAULTS ((1u << RJT_N_FAULTS) - 1)

int
main (int argc, char **argv)
{
  static const RjtStory stories[] = {
    { "join", ALL_FAULTS, rjt_openvidu_codes, play_join },
    { "rejoin", ALL_FAULTS, rjt_openvidu_codes, play_rejoin },
    { "resume", ALL_FAULTS, rjt_openvidu_codes, play_resume },
    { "subscribe", ALL_FAULTS, rjt_openvidu_codes, play_subscribe },
    { "leave", ALL_FAULTS, rjt_openvidu_codes, play_leave },
    { "reset", ALL_FAULTS, rjt_openvidu_codes, play_reset },
    { "silence", ALL_FAULTS, rjt_openvidu_codes, play_silence },
    { "edge", ALL_FAULTS, rjt_openvidu_codes, play_edge },
    { "edge-cut", ALL_FAULTS, rjt_openvidu_codes, play_edge_cut },
    { "master", ALL_FAULTS, rjt_openvidu_codes, play_master },
    { "join-offered", ALL_FAULTS, rjt_openvidu_codes, play_join_offered },
    { "rejoin-offered", ALL_FAULTS, rjt_openvidu_codes, play_rejoin_offered },
    { "edge-offered", ALL_FAULTS, rjt_openvidu_codes, play_edge_offered },
    { "edge-renewed", ALL_FAULTS, rjt_openvidu_codes, play_edge_renewed },
    { NULL },
  };

  rj_home_claim ();
  return rjt_sweep_main (argc, argv, "stay", stories);
}
