#include "auth/AuthState.hxx"

#include "os/SecureMemory.hxx"

#include <algorithm>
#include <utility>

namespace netsane {

namespace {

constexpr size_t max_identity_bytes = 256;
constexpr uint32_t max_wait_ms = 60000;

AuthVerdict knownVerdict(uint32_t verdict) noexcept
{
    switch (verdict) {
    case NETSANE_VERDICT_CONTINUE:
        return AuthVerdict::Continue;
    case NETSANE_VERDICT_PENDING:
        return AuthVerdict::Pending;
    case NETSANE_VERDICT_OK:
        return AuthVerdict::Ok;
    case NETSANE_VERDICT_FAIL:
        return AuthVerdict::Fail;
    case NETSANE_VERDICT_NOT_APPLICABLE:
        return AuthVerdict::NotApplicable;
    default:
        return AuthVerdict::Internal;
    }
}

bool isKnown(uint32_t verdict) noexcept
{
    return verdict >= NETSANE_VERDICT_CONTINUE && verdict <= NETSANE_VERDICT_NOT_APPLICABLE;
}

bool isFinal(AuthVerdict verdict) noexcept
{
    return verdict != AuthVerdict::Continue && verdict != AuthVerdict::Pending;
}

bool isIdentity(std::string_view identity) noexcept
{
    return !identity.empty() && identity.size() <= max_identity_bytes && std::ranges::none_of(identity, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte == 0x7f;
    });
}

} // namespace

AuthExchange::State::State(const Method &method, Role role, AuthParameters parameters)
    : method_(method), operations_(method.authOperations(role)), role_(role), parameters_(std::move(parameters))
{
    start();
}

AuthExchange::State::~State()
{
    if (!started_)
        return;
    try {
        operations_->free(exchange_);
    } catch (...) { // NOLINT(bugprone-empty-catch): gone is gone
    }
}

AuthVerdict AuthExchange::State::refuse(AuthVerdict verdict, const char *reason) noexcept
{
    final_ = verdict;
    identity_.clear();
    try {
        if (reason != nullptr)
            reason_ = reason;
        else if (reason_.empty())
            reason_ = "the method gave no reason";
    } catch (...) { // NOLINT(bugprone-empty-catch): the verdict says enough
    }
    return verdict;
}

void AuthExchange::State::start()
{
    if (operations_ == nullptr) {
        refuse(AuthVerdict::Internal, "the method doesn't support this role");
        return;
    }
    for (const auto &[name, reason] : {std::pair(&parameters_.user, "the user name contains a NUL"),
                                       std::pair(&parameters_.peer_name, "the peer's name contains a NUL")}) {
        if (name->find('\0') != std::string::npos) {
            refuse(AuthVerdict::Fail, reason);
            return;
        }
    }
    netsane_auth_params_v1 params{};
    params.struct_size = sizeof params;
    params.role = static_cast<uint32_t>(role_);
    params.exchange = static_cast<ExchangeHost *>(this);
    params.user = parameters_.user.c_str();
    params.peer = parameters_.peer.c_str();
    params.link =
        (parameters_.confidential ? NETSANE_LINK_CONFIDENTIAL : 0U) | (parameters_.local ? NETSANE_LINK_LOCAL : 0U);
    params.attempt = parameters_.attempt;
    params.channel_binding = parameters_.channel_binding.data();
    params.channel_binding_size = parameters_.channel_binding.size();
    params.peer_name = parameters_.peer_name.c_str();
    // 0 means none, so a deadline at the clock's very start is told as its first millisecond
    if (parameters_.deadline)
        params.deadline_ms = static_cast<uint64_t>(std::max<int64_t>(parameters_.deadline->count(), 1));
    uint32_t verdict = NETSANE_VERDICT_INTERNAL;
    try {
        verdict = operations_->start(method_.state(), &params, &exchange_);
    } catch (...) {
        refuse(AuthVerdict::Internal, "start threw an exception");
        return;
    }
    started_ = verdict == NETSANE_VERDICT_CONTINUE;
    if (started_)
        return;
    const bool refusal = verdict == NETSANE_VERDICT_FAIL || verdict == NETSANE_VERDICT_NOT_APPLICABLE;
    refuse(refusal ? knownVerdict(verdict) : AuthVerdict::Internal, nullptr);
}

bool AuthExchange::State::isLate() const
{
    return parameters_.deadline && method_.services().monotonicNow() >= *parameters_.deadline;
}

AuthVerdict AuthExchange::State::step(std::span<const AuthField> in, std::vector<std::vector<std::byte>> &out)
{
    out.clear();
    wait_time_ = {};
    if (in_step_)
        return AuthVerdict::Internal;
    if (cancelled_)
        return refuse(AuthVerdict::Internal, "the exchange was cancelled");
    if (final_) {
        // the first step tells why start refused
        const bool told = !std::exchange(first_, false);
        return told ? refuse(AuthVerdict::Internal, "the exchange has ended already") : *final_;
    }
    if (isLate())
        return cancel(), refuse(AuthVerdict::Fail, "the deadline has passed");
    if (!in.empty() && (pending_ || (first_ && role_ == Role::Server)))
        return refuse(AuthVerdict::Fail, "the peer sent fields out of turn");
    first_ = false;

    netsane_auth_step_v1 step{};
    const AuthVerdict verdict = judge(callStep(in, step), step);
    const bool sends = verdict == AuthVerdict::Continue || (verdict == AuthVerdict::Ok && role_ == Role::Client);
    if (sends && !copyOut(step, out)) {
        out.clear();
        return refuse(AuthVerdict::Internal, "the method gave impossible fields");
    }
    return verdict;
}

AuthVerdict AuthExchange::State::callStep(std::span<const AuthField> in, netsane_auth_step_v1 &step)
{
    size_t total = 0;
    std::vector<netsane_field> fields;
    if (in.size() > max_fields)
        return refuse(AuthVerdict::Fail, "the peer sent too many fields");
    for (const AuthField &field : in) {
        // each term is bounded before it is added
        if (field.size() > max_bytes || (total += field.size()) > max_bytes)
            return refuse(AuthVerdict::Fail, "the peer sent too many bytes");
        fields.push_back({field.data(), field.size()});
    }
    step.struct_size = sizeof step;
    step.in = fields.data();
    step.in_count = static_cast<uint32_t>(fields.size());
    in_step_ = true;
    uint32_t verdict = NETSANE_VERDICT_INTERNAL;
    bool thrown = false;
    try {
        verdict = operations_->step(exchange_, &step);
    } catch (...) {
        thrown = true;
    }
    in_step_ = false;
    if (thrown)
        return refuse(AuthVerdict::Internal, "step threw an exception");
    if (!isKnown(verdict)) {
        const std::string reason = "the method gave an unknown verdict: " + std::to_string(verdict);
        return refuse(AuthVerdict::Internal, reason.c_str());
    }
    return knownVerdict(verdict);
}

AuthVerdict AuthExchange::State::judge(AuthVerdict proposed, const netsane_auth_step_v1 &step)
{
    if (final_)
        return *final_;
    if (cancelled_) {
        callCancel();
        return refuse(AuthVerdict::Internal, "the exchange was cancelled");
    }
    if (isLate())
        return cancel(), refuse(AuthVerdict::Fail, "the deadline has passed");
    pending_ = proposed == AuthVerdict::Pending;
    if (proposed == AuthVerdict::Pending || proposed == AuthVerdict::Fail)
        wait_time_ = std::chrono::milliseconds(std::min(step.wait_ms, max_wait_ms));
    if (!isFinal(proposed))
        return proposed;
    if (proposed != AuthVerdict::Ok)
        return refuse(proposed, nullptr);
    if (role_ == Role::Server) {
        if (step.out_count != 0)
            return refuse(AuthVerdict::Internal, "the method gave fields along with its OK");
        const std::string &identity = proposed_identity_.empty() ? parameters_.user : proposed_identity_;
        if (!isIdentity(identity))
            return refuse(AuthVerdict::Internal, "the method's OK is for an impossible name");
        identity_ = identity;
    }
    final_ = AuthVerdict::Ok;
    return AuthVerdict::Ok;
}

bool AuthExchange::State::copyOut(const netsane_auth_step_v1 &step, std::vector<std::vector<std::byte>> &out) const
{
    if (step.out_count > max_fields || (step.out_count != 0 && step.out == nullptr))
        return false;
    size_t total = 0;
    out.reserve(step.out_count);
    for (const netsane_field &field : std::span(step.out, step.out_count)) {
        if (field.size > max_bytes || (total += field.size) > max_bytes || (field.size != 0 && field.data == nullptr))
            return false;
        const std::span bytes(static_cast<const std::byte *>(field.data), field.size);
        out.emplace_back(bytes.begin(), bytes.end());
    }
    return true;
}

void AuthExchange::State::cancel() noexcept
{
    cancelled_ = true;
    identity_.clear();
    // a plugin isn't called while it is being called: step() makes up for it
    if (!in_step_)
        callCancel();
}

void AuthExchange::State::callCancel() noexcept
{
    if (!started_ || std::exchange(plugin_cancelled_, true) || final_ || operations_->cancel == nullptr)
        return;
    try {
        operations_->cancel(exchange_);
    } catch (...) { // NOLINT(bugprone-empty-catch): the exchange has ended either way
    }
}

bool AuthExchange::State::prompt(uint32_t style, std::string_view text, std::span<char> answer)
{
    if (!in_step_ || cancelled_ || role_ != Role::Client || !parameters_.prompt)
        return false;
    const bool question = style == NETSANE_PROMPT_HIDDEN || style == NETSANE_PROMPT_ECHO;
    if (style < NETSANE_PROMPT_HIDDEN || style > NETSANE_PROMPT_ERROR || question == answer.empty())
        return false;
    const bool answered = parameters_.prompt(static_cast<PromptStyle>(style), text, answer);
    // without a NUL the plugin would read past the end
    const bool whole = !question || std::ranges::find(answer, '\0') != answer.end();
    if (answered && whole && !cancelled_)
        return true;
    wipe(std::as_writable_bytes(answer));
    return false;
}

bool AuthExchange::State::setIdentity(std::string_view identity)
{
    if (!in_step_ || role_ != Role::Server || !isIdentity(identity))
        return false;
    proposed_identity_ = identity;
    return true;
}

} // namespace netsane
