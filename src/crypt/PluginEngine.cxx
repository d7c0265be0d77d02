#include "crypt/CryptEngine.hxx"

#include "util/Printable.hxx"

#include <array>
#include <exception>
#include <optional>
#include <stdexcept>

namespace netsane {

namespace {

constexpr size_t max_error_bytes = 512;
constexpr size_t max_binding_bytes = 1024;
constexpr size_t max_peer_bytes = 256;
constexpr size_t max_certificate_bytes = 64 * 1024;

std::optional<CryptState> knownState(uint32_t state)
{
    switch (state) {
    case NETSANE_STATE_HANDSHAKE:
        return CryptState::Handshake;
    case NETSANE_STATE_OPEN:
        return CryptState::Open;
    case NETSANE_STATE_CLOSED:
        return CryptState::Closed;
    case NETSANE_STATE_TRUNCATED:
        return CryptState::Truncated;
    case NETSANE_STATE_ERROR:
        return CryptState::Error;
    default:
        return std::nullopt;
    }
}

bool isLegalChange(CryptState from, CryptState to)
{
    if (from == to || from == CryptState::Handshake)
        return true;
    return from == CryptState::Open && to != CryptState::Handshake;
}

} // namespace

std::string CryptStream::Engine::peer(uint32_t /*what*/)
{
    return {};
}

std::string CryptStream::Engine::unverifiedReason()
{
    return {};
}

CryptStream::PluginEngine::PluginEngine(const Method &method, Role role, const CryptParameters &parameters)
    : method_(method), operations_(method.cryptOperations(role))
{
    if (operations_ == nullptr) {
        fail("the method doesn't support this role");
        return;
    }
    netsane_crypt_params_v1 params{};
    params.struct_size = sizeof params;
    params.role = static_cast<uint32_t>(role);
    params.peer = parameters.peer.c_str();
    params.peer_name = parameters.peer_name.c_str();
    try {
        created_ = operations_->create(method.state(), &params, &stream_) == 0;
        if (created_)
            refreshState();
        else
            fail("create failed");
    } catch (...) {
        fail("create threw an exception");
    }
}

CryptStream::PluginEngine::~PluginEngine()
{
    if (!created_)
        return;
    try {
        operations_->free(stream_);
    } catch (...) { // NOLINT(bugprone-empty-catch): gone is gone
    }
}

void CryptStream::PluginEngine::fail(const char *reason) noexcept
{
    broken_ = true;
    state_ = CryptState::Error;
    try {
        error_ = "crypt method " + method_.name() + ": " + reason;
    } catch (...) { // NOLINT(bugprone-empty-catch): the state says enough
    }
}

size_t CryptStream::PluginEngine::checkedCount(const char *function, size_t count, size_t limit)
{
    if (count > limit) {
        const std::string reason =
            std::string(function) + " returned " + std::to_string(count) + " for " + std::to_string(limit) + " bytes";
        fail(reason.c_str());
        return 0;
    }
    refreshState();
    return broken_ ? 0 : count;
}

void CryptStream::PluginEngine::refreshState()
{
    const uint32_t number = operations_->state(stream_);
    const std::optional<CryptState> next = knownState(number);
    if (!next || !isLegalChange(state_, *next)) {
        const std::string reason = "state " + std::to_string(number) + (next ? " can't follow here" : " is unknown");
        fail(reason.c_str());
        return;
    }
    if (*next == CryptState::Error && state_ != CryptState::Error) {
        const char *const text = operations_->error_text != nullptr ? operations_->error_text(stream_) : nullptr;
        error_ = "crypt method " + method_.name() + ": " +
                 (text != nullptr ? printable(text, max_error_bytes) : std::string("failed without a reason"));
    }
    state_ = *next;
}

size_t CryptStream::PluginEngine::pushWire(std::span<const std::byte> bytes)
{
    if (broken_ || ended() || wire_ended_ || bytes.empty())
        return 0;
    return checkedCount("push_wire", operations_->push_wire(stream_, bytes.data(), bytes.size()), bytes.size());
}

size_t CryptStream::PluginEngine::pullWire(std::span<std::byte> space)
{
    if (broken_ || space.empty())
        return 0;
    return checkedCount("pull_wire", operations_->pull_wire(stream_, space.data(), space.size()), space.size());
}

size_t CryptStream::PluginEngine::readPlain(std::span<std::byte> space)
{
    if (!mayRead() || space.empty())
        return 0;
    return checkedCount("read_plain", operations_->read_plain(stream_, space.data(), space.size()), space.size());
}

size_t CryptStream::PluginEngine::writePlain(std::span<const std::byte> bytes)
{
    if (broken_ || state_ != CryptState::Open || shut_down_ || bytes.empty())
        return 0;
    return checkedCount("write_plain", operations_->write_plain(stream_, bytes.data(), bytes.size()), bytes.size());
}

void CryptStream::PluginEngine::endWire()
{
    if (broken_ || wire_ended_)
        return;
    wire_ended_ = true;
    operations_->end_wire(stream_);
    refreshState();
    if (!broken_ && !ended())
        fail("the state is not final after the end of the connection");
}

void CryptStream::PluginEngine::shutdown()
{
    if (broken_ || shut_down_)
        return;
    shut_down_ = true;
    operations_->shutdown(stream_);
    refreshState();
}

size_t CryptStream::PluginEngine::pendingPlain()
{
    return mayRead() ? operations_->pending(stream_, NETSANE_PENDING_PLAIN) : 0;
}

size_t CryptStream::PluginEngine::pendingWire()
{
    return broken_ ? 0 : operations_->pending(stream_, NETSANE_PENDING_WIRE);
}

bool CryptStream::PluginEngine::isPassthrough() const noexcept
{
    return method_.has(NETSANE_FLAG_PASSTHROUGH) && state_ != CryptState::Error;
}

std::vector<std::byte> CryptStream::PluginEngine::exportBinding()
{
    if (broken_ || state_ != CryptState::Open || operations_->export_binding == nullptr)
        return {};
    std::array<std::byte, max_binding_bytes> space{};
    const size_t count =
        checkedCount("export_binding", operations_->export_binding(stream_, space.data(), space.size()), space.size());
    return {space.begin(), space.begin() + static_cast<std::ptrdiff_t>(count)};
}

std::string CryptStream::PluginEngine::peer(uint32_t what)
{
    // before Open nothing is proved
    if (broken_ || state_ == CryptState::Handshake || state_ == CryptState::Error ||
        operations_->peer_identity == nullptr)
        return {};
    const char *const text = operations_->peer_identity(stream_, what);
    return what == NETSANE_PEER_CERTIFICATE ? printable(text, max_certificate_bytes, LineEnds::Keep)
                                            : printable(text, max_peer_bytes);
}

std::string CryptStream::PluginEngine::unverifiedReason()
{
    const bool is_past_handshake = state_ == CryptState::Open || state_ == CryptState::Closed;
    if (broken_ || !is_past_handshake || operations_->error_text == nullptr || !peer(NETSANE_PEER_NAME).empty())
        return {};
    const char *const text = operations_->error_text(stream_);
    return text != nullptr ? printable(text, max_error_bytes) : std::string{};
}

} // namespace netsane
