/**
 * The protobuf schema of everything that travels over the bus, as text, so that other languages can take it as it is
 * (`npm run inspect -- --proto` prints it). Every payload is one `Envelope`: it says of itself what it is, so that a payload
 * can be decoded without its subject.
 *
 * Rules for changes: never reuse a number, never change a type; readers skip fields that they do not know.
 */
export const schemaText = `syntax = "proto3";
package onair.v1;

message Envelope {
  fixed32 magic = 1;    // always 0x31524e4f, "ONR1" read as little-endian bytes
  uint32 version = 2;   // 1
  oneof body {
    LiveEvent event = 3;
    Segment segment = 4;
    AudioChunk chunk = 5;
    Outcome outcome = 6;
    Health health = 7;
    Playhead playhead = 8;
    Incident incident = 9;
    DeadLetter dead = 10;
    AudioCommand command = 13;
    AudioAnswer answer = 14;
    Promise promise = 15;
    HelmCommand helm = 20;
  }
  string lease = 11;    // what its sender holds, such as "audio:demo"; empty: nothing
  uint64 epoch = 12;    // of that lease; who reads drops messages of an epoch that is over
}

// What a viewer or the platform did. Times are unix milliseconds; ids of platforms are decimal strings.
message LiveEvent {
  string id = 1;
  string room = 2;
  string platform = 3;
  int64 at = 4;
  int64 received_at = 5;
  int64 expires_at = 6;
  Viewer viewer = 7;
  repeated string coalesced = 8; // ids of further likes or enters of a burst that this event stands for
  oneof body {
    Chat chat = 20;
    Gift gift = 21;
    Like like = 22;
    Enter enter = 23;
    Follow follow = 24;
    Share share = 25;
    Fansclub fansclub = 26;
    Order order = 27;
    Product product = 28;
    Stats stats = 29;
    Control control = 30;
    System system = 31;
  }
}
message Viewer {
  string id = 1;
  string nickname = 2;
  uint32 level = 3;
  uint32 fans_level = 4;
  bool is_anchor = 5;
  bool is_admin = 6;
  string sec_uid = 7;
}
message Chat { string text = 1; bool lucky_bag = 2; }
// count is what this message added to the streak, total the streak so far.
message Gift {
  string gift_id = 1;
  string name = 2;
  uint32 count = 3;
  uint32 total = 4;
  uint32 diamonds = 5;    // price of one, in the platform's currency
  string streak = 6;
  bool streak_end = 7;
}
message Like { uint32 count = 1; int64 total = 2; }
message Enter { int64 viewers = 1; }
message Follow { int64 followers = 1; }
message Share { string target = 1; }
message Fansclub { string action = 1; uint32 level = 2; }    // action: join, upgrade
message Order { string order_id = 1; string status = 2; string product_id = 3; string product = 4; uint32 count = 5; }
message Product { string action = 1; string product_id = 2; string title = 3; string price = 4; uint32 index = 5; }
message Stats { int64 online = 1; int64 total = 2; string text = 3; }
message Control { string action = 1; string tips = 2; }    // action: pause, resume, end, other:<number>
message System { string code = 1; string text = 2; }

message Cause { string event_id = 1; string kind = 2; bool paid = 3; bool merged = 4; }

// One sentence of an utterance, to be spoken. The first segment carries the whole script, unless the rest is still being
// thought of: then it carries none, and the last segment has no text.
message Segment {
  string id = 1;
  string room = 2;
  string utterance_id = 3;
  uint32 index = 4;
  bool last = 5;
  string text = 6;
  string priority = 7;    // urgent, normal, idle
  string voice = 8;
  repeated Cause causes = 9;
  int64 created_at = 10;
  int64 expires_at = 11;
  repeated string script = 12;
  string idle_script = 13;    // the line of an idle script that this is, <script>/<line>, or an announcement; empty: an answer
  bool keep = 14;             // not to be heard now: whoever plays keeps its sound for when nothing else is there
}

// A piece of a segment's sound: signed 16-bit little-endian mono samples, at most 64 KiB. No samples and a reason: this segment has no sound.
message AudioChunk {
  string id = 1;
  Segment segment = 2;
  string rendition = 3;    // one attempt to synthesise the segment; chunks of two renditions never mix
  uint32 index = 4;
  bool last = 5;
  uint32 sample_rate_hz = 6;
  bytes pcm = 7;
  string missing_reason = 8;
  string engine = 9;
  string note = 10;        // why another voice than the usual one spoke, for the ledger
}

// What became of one event (event_id), or, without an event, what was heard or dropped of an idle utterance.
message Outcome {
  string what = 1;    // spoken, merged, skipped, expired, blocked, shed, failed; aired: heard, caused by no event
  string room = 2;
  string event_id = 3;
  string event_kind = 4;
  bool paid = 5;
  string utterance_id = 6;
  string reason = 7;
  string text = 8;
  int64 at = 9;
  string by = 10;
  string nickname = 11;
}

message Health {
  string role = 1;
  string child_id = 2;
  int64 at = 3;
  uint32 pid = 4;
  map<string, double> counters = 5;
  string detail = 6;
}

// What the listeners of a room have heard, and what is waiting. A successor goes on from here.
message Playhead {
  string room = 1;
  int64 at = 2;
  string state = 3;            // idle, buffering, speaking, yielding, filling, paused
  uint32 queued_ms = 4;
  string utterance_id = 5;
  uint32 segment_index = 6;
  uint32 offset_ms = 7;
  uint64 resume_seq = 8;       // AUDIO stream sequence of the first chunk that is still needed
  repeated string ended = 9;   // utterances at or after resume_seq that have ended
  repeated Partial partial = 10;
  repeated string queued = 11; // utterances that wait or play
  string output = 12;
  bool ducking = 13;           // music is down under speech
  bool failed_over = 14;       // the output is not the first that is configured
  int64 paused_until = 15;     // unix milliseconds, -1: until somebody says otherwise; 0: not paused
  double volume = 16;          // as it was set by a command; 0: never set
  bool muted = 17;             // volume was set to nothing
}
message Partial { string utterance_id = 1; uint32 next_index = 2; uint32 offset_ms = 3; }

// Asks whoever plays a room to do something; its answer comes by the request's reply subject.
message AudioCommand {
  string action = 1;           // pause, resume, skip, stop, volume, status
  int64 for_ms = 2;            // pause: for so long; 0: until it is resumed
  double volume = 3;           // 0 to 2
  string by = 4;               // who wants it, for the log
}
// Asks whoever hosts a room, decides what is said, to do something; answered like an AudioCommand.
message HelmCommand {
  string action = 1;           // pause, resume, say, mute, unmute, status
  int64 for_ms = 2;            // pause: 0: for as long as is configured; mute: 0: until it is ended
  bool all = 3;                // pause: the script in between as well
  string text = 4;             // say: what
  string viewer = 5;           // mute, unmute: the platform's id
  string by = 6;               // who wants it, for the log
}
message AudioAnswer { bool done = 1; string text = 2; }

// Somebody was promised an answer: its first sound is on the way, and has to be waited for.
message Promise { string room = 1; string utterance_id = 2; int64 at = 3; }

message Incident { string id = 1; string severity = 2; string component = 3; string cause = 4; string action = 5; string proof = 6; int64 at = 7; }
message DeadLetter { string stream = 1; uint64 seq = 2; string subject = 3; string reason = 4; bytes payload = 5; int64 at = 6; }
`;
