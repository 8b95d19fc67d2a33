#include "node_l1.hpp"

#include <fmt/format.h>

#include "key_file.hpp"
#include "ops/log.hpp"
#include "sequencer/node_rollback.hpp"
#include "settle/deriver.hpp"

namespace gavel::apps {

AppResult<ChainOnL1> read_chain(L1Link& link, const L1Settings& settings) {
  Address address;
  if (!parse_hex(settings.registry, address.bytes))
    return fmt::format("l1.registry is no address: {}", settings.registry);
  const auto contracts = settle::discover(link.rpc(), address);
  if (!contracts.ok()) {
    return describe(fmt::format("there is no Gavel registry at {} on this L1", settings.registry),
                    contracts.error());
  }
  settle::ConfigReader configs(link.rpc(), *contracts, static_cast<u32>(settings.inbox_depth));
  if (const auto read = configs.poll(); !read.ok())
    return describe("L1 does not give the chain's configuration", read.error());
  const auto l1_chain = link.rpc().chain_id();
  if (!l1_chain.ok()) return describe("L1 does not answer", l1_chain.error());
  return ChainOnL1{*contracts, *configs.known(), *l1_chain};
}

NodeL1::NodeL1(const L1Settings& settings, const ChainOnL1& chain, sequencer::NodeCore& node,
               ops::MetricsRegistry& metrics)
    : settings_(settings), chain_(chain), node_(node), metrics_(metrics) {}

AppResult<std::unique_ptr<l1::Submitter>> NodeL1::submitter(l1::Rpc& rpc, io::Clock& clock,
                                                            const ops::Secret& key) const {
  auto signer = l1::SigningKey::from_secret(key);
  if (!signer.ok())
    return std::string("a key for L1 is no key: 64 hexadecimal digits are expected");
  l1::SubmitterConfig config;
  config.chain_id = chain_.l1_chain_id;
  config.confirmations = static_cast<u32>(settings_.confirmations);
  config.poll_ms = static_cast<u64>(settings_.poll.count() / 1'000'000);
  config.bump_after_ms = static_cast<u64>(settings_.bump_after.count() / 1'000'000);
  return std::make_unique<l1::Submitter>(rpc, clock, std::move(*signer), config);
}

AppResult<void> NodeL1::attach(l1::Rpc& inbox, l1::Rpc& settle, io::Clock& clock, io::Disk& disk) {
  const std::string path = settle::inbox_journal_path(node_.options().data_directory);
  const u64 executed = node_.inbox_index_at_open();
  auto journal = settle::InboxJournal::open(disk, path, executed);
  if (!journal.ok()) return fmt::format("cannot open {}: {}", path, io::name_of(journal.error()));
  journal_ = std::move(*journal);
  follower_ = std::make_unique<settle::InboxFollower>(
      inbox, chain_.contracts, static_cast<u32>(settings_.inbox_depth), executed,
      [this](std::vector<u8> bytes) { node_.push_message(std::move(bytes)); }, journal_.get());
  configs_ = std::make_unique<settle::ConfigReader>(inbox, chain_.contracts,
                                                    static_cast<u32>(settings_.inbox_depth));
  note_configs();
  const auto made_under = [this](u64 batch) { return node_.config_of(batch); };
  std::unique_ptr<settle::Poster> poster;
  if (!settings_.poster_key.empty()) {
    poster_submitter_ = GAVEL_TRY(submitter(settle, clock, settings_.poster_key));
    const settle::PosterOptions options{.mode = settings_.data_mode == "local"
                                                    ? settle::DataMode::local
                                                    : settle::DataMode::calldata,
                                        .made_under = made_under};
    poster = std::make_unique<settle::Poster>(settle, *poster_submitter_, chain_.contracts,
                                              node_.batches(), options);
  }
  std::unique_ptr<settle::Claimer> claimer;
  if (!settings_.claimer_key.empty()) {
    claimer_submitter_ = GAVEL_TRY(submitter(settle, clock, settings_.claimer_key));
    claimer = std::make_unique<settle::Claimer>(
        settle, *claimer_submitter_, chain_.contracts, node_.batches(),
        stf::genesis_cursor(settle::genesis_state_root(), chain_.configs.of(0).hash), made_under);
  }
  settler_ = std::make_unique<settle::Settler>(std::move(poster), std::move(claimer));
  return {};
}

AppResult<void> NodeL1::start() {
  inbox_link_ = GAVEL_TRY(L1Link::connect(settings_.urls));
  settle_link_ = GAVEL_TRY(L1Link::connect(settings_.urls, &metrics_));
  GAVEL_TRY(attach(inbox_link_->rpc(), settle_link_->rpc(), system_clock(), system_disk_));
  inbox_thread_ = std::thread([this] { follow_inbox(); });
  settle_thread_ = std::thread([this] { settle(); });
  return {};
}

void NodeL1::stop() {
  stopping_.store(true);
  if (inbox_thread_.joinable()) inbox_thread_.join();
  if (settle_thread_.joinable()) settle_thread_.join();
}

// False when it is time to end.
bool NodeL1::pause() const {
  constexpr u64 kStepNs = 20'000'000;
  const u64 until = system_clock().monotonic_ns() + static_cast<u64>(settings_.poll.count());
  while (!stopping_.load() && system_clock().monotonic_ns() < until)
    system_clock().sleep_for_ns(kStepNs);
  return !stopping_.load();
}

void NodeL1::follow_inbox() {
  while (!stopping_.load() && step_inbox()) {
    // An endpoint that fails is not asked again at once.
    if ((follower_->caught_up() || !follower_->error().empty()) && !pause()) return;
  }
}

bool NodeL1::step_inbox() {
  (void)follower_->tick();
  note_inbox();
  follow_configs();
  return !follower_->stopped();
}

// What the follower says, for the status, for those who settle, and for the executor.
void NodeL1::note_inbox() {
  const bool stopped = follower_->stopped();
  const bool lacks = follower_->lacks_executed();
  std::string what = follower_->error();
  if (follower_->orphaned() != 0) {
    const sequencer::NodeHeads heads = node_.heads();
    what += "; " + sequencer::describe_message_place(node_.batches(), heads.batch,
                                                     follower_->orphaned(), heads.block);
  }
  {
    const std::lock_guard lock(mutex_);
    if (lacks && !stopped && status_.inbox_error != what) ops::log_warn("node", what);
    status_.messages_delivered = follower_->delivered();
    status_.inbox_caught_up = follower_->caught_up();
    status_.inbox_error = what;
    if (stopped) failure_ = what;
    if (stopped || lacks) {
      inbox_view_ = settle::InboxView::doubtful;
    } else if (follower_->caught_up()) {
      inbox_view_ = settle::InboxView::known;
    } else if (inbox_view_ == settle::InboxView::known) {
      inbox_view_ = settle::InboxView::unread;
    }
  }
  if (follower_->disk_failed()) return node_.fail_for_disk(what);
  if (stopped) {
    node_.executor().halt(sequencer::Halt::inbox, true);
    ops::log_error("node", "the inbox follower has stopped; an operator must decide",
                   {{"reason", what}, {"command", "gavel node --accept-reorg"}});
  } else if (follower_->caught_up()) {
    node_.executor().halt(sequencer::Halt::inbox, lacks);
  }
}

// An L1 that does not answer is asked again, and told with the inbox.
void NodeL1::follow_configs() {
  const auto polled = configs_->poll();
  if (polled.ok() && *polled) node_.announce(*configs_->known());
  note_configs();
}

void NodeL1::note_configs() {
  const u64 batch = node_.misconfigured();
  const u64 next = node_.next_config_batch();
  const bool changed = batch != misconfigured_;
  misconfigured_ = batch;
  std::string what;
  if (batch != 0) {
    what = fmt::format(
        "batch {} was made under another configuration than the one that L1 names for it now: it "
        "was announced too late",
        batch);
  }
  if (changed) {
    node_.executor().halt(sequencer::Halt::configuration, batch != 0);
    if (batch != 0) {
      ops::log_error("node", what,
                     {{"remedy",
                       "announce the former configuration for that batch again, or drop "
                       "its blocks: gavel node --accept-configuration"}});
    } else {
      ops::log_warn("node", "L1 names the configurations again that the batches were made under");
    }
  }
  const std::lock_guard lock(mutex_);
  status_.config_error = std::move(what);
  status_.next_config_batch = next;
}

void NodeL1::settle() {
  while (settler_->poster() != nullptr || settler_->claimer() != nullptr) {
    step_settle();
    if (!pause()) return;
  }
}

void NodeL1::step_settle() {
  settle::InboxView view{};
  {
    const std::lock_guard lock(mutex_);
    view = inbox_view_;
  }
  settler_->tick(view);
  note_settling();
  watch();
}

void NodeL1::note_settling() {
  const std::lock_guard lock(mutex_);
  if (const settle::Poster* poster = settler_->poster()) {
    const settle::PosterStatus& s = poster->status();
    status_.next_batch_to_post = s.next_batch;
    status_.posted_bytes = s.posted_bytes;
    status_.posts = s.posts;
    status_.batches_fixed = s.fixed;
    status_.poster_gas = s.gas_used;
    status_.poster_error = s.last_error;
  }
  if (const settle::Claimer* claimer = settler_->claimer()) {
    const settle::ClaimerStatus& s = claimer->status();
    status_.claimed = s.claimed;
    status_.confirmed = s.confirmed;
    status_.claimer_gas = s.gas_used;
    status_.diverged = s.diverged;
    status_.claimer_error = s.last_error;
  }
}

// What the poster and the claimer say, for the executor.
void NodeL1::watch() {
  const u64 committed = node_.heads().batch;
  const bool late = settler_->is_late(committed, settings_.max_unposted_batches);
  if (late != late_) {
    late_ = late;
    node_.executor().halt(sequencer::Halt::lag, late);
    ops::log_warn(
        "node",
        late ? "too many batches are not on L1: new transactions are refused"
             : "L1 has caught up: new transactions are taken again",
        {{"next_batch_on_l1", settler_->poster()->status().next_batch}, {"batch", committed}});
  }
  if (settler_->diverged() != diverged_) {
    diverged_ = settler_->diverged();
    node_.executor().halt(sequencer::Halt::diverged, diverged_);
    ops::log_error("node", diverged_ ? "L1 fixed another history than this node's: nothing is "
                                       "acknowledged or posted any more"
                                     : "L1 took back the history that was not this node's");
  }
}

std::string NodeL1::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

void NodeL1::put_status(api::JsonText& json) const {
  const std::lock_guard lock(mutex_);
  json.key("l1").object();
  json.field("chain_id", chain_.l1_chain_id).field("registry", chain_.contracts.registry);
  json.field("inbox", chain_.contracts.inbox).field("batch_inbox", chain_.contracts.batch_inbox);
  json.field("portal", chain_.contracts.portal)
      .field("system_config", chain_.contracts.system_config);
  json.field("messages_delivered", status_.messages_delivered);
  json.field("inbox_caught_up", status_.inbox_caught_up);
  json.field("next_batch_to_post", status_.next_batch_to_post);
  json.field("posts", status_.posts).field("posted_bytes", status_.posted_bytes);
  json.field("batches_fixed", status_.batches_fixed);
  json.field("claimed", status_.claimed).field("confirmed", status_.confirmed);
  json.field("poster_gas", status_.poster_gas).field("claimer_gas", status_.claimer_gas);
  json.field("diverged", status_.diverged).field("halted", node_.executor().is_halted());
  json.field("next_configuration_batch", status_.next_config_batch);
  json.field("inbox_error", status_.inbox_error).field("poster_error", status_.poster_error);
  json.field("configuration_error", status_.config_error);
  json.field("claimer_error", status_.claimer_error).end_object();
}

}  // namespace gavel::apps
