#include "crypt/CryptStream.hxx"

#include "crypt/CryptEngine.hxx"

#include <exception>

namespace netsane {

namespace {

/// Runs a call on the engine; an exception breaks the stream. Without an engine (no memory, moved from) nothing works.
template<class Engine, class Result, class Call>
Result guarded(const std::unique_ptr<Engine> &engine, Result failure, Call &&call) noexcept
{
    if (!engine)
        return failure;
    try {
        return call(*engine);
    } catch (const std::exception &error) {
        engine->fail(error.what());
    } catch (...) {
        engine->fail("an exception was thrown");
    }
    return failure;
}

} // namespace

CryptStream::CryptStream() noexcept
{
    try {
        engine_ = std::make_unique<ClearEngine>();
    } catch (...) { // NOLINT(bugprone-empty-catch): a stream without an engine is in state Error
    }
}

CryptStream::CryptStream(const Method &method, Role role, const CryptParameters &parameters) noexcept
{
    try {
        engine_ = std::make_unique<PluginEngine>(method, role, parameters);
    } catch (...) { // NOLINT(bugprone-empty-catch): a stream without an engine is in state Error
    }
}

CryptStream::~CryptStream() = default;
CryptStream::CryptStream(CryptStream &&other) noexcept = default;
CryptStream &CryptStream::operator=(CryptStream &&other) noexcept = default;

size_t CryptStream::pushWire(std::span<const std::byte> bytes) noexcept
{
    return guarded(engine_, size_t{0}, [&](Engine &engine) { return engine.pushWire(bytes); });
}

size_t CryptStream::pullWire(std::span<std::byte> space) noexcept
{
    return guarded(engine_, size_t{0}, [&](Engine &engine) { return engine.pullWire(space); });
}

size_t CryptStream::readPlain(std::span<std::byte> space) noexcept
{
    return guarded(engine_, size_t{0}, [&](Engine &engine) { return engine.readPlain(space); });
}

size_t CryptStream::writePlain(std::span<const std::byte> bytes) noexcept
{
    return guarded(engine_, size_t{0}, [&](Engine &engine) { return engine.writePlain(bytes); });
}

void CryptStream::endWire() noexcept
{
    guarded(engine_, 0, [](Engine &engine) { return engine.endWire(), 0; });
}

void CryptStream::shutdown() noexcept
{
    guarded(engine_, 0, [](Engine &engine) { return engine.shutdown(), 0; });
}

size_t CryptStream::pendingPlain() const noexcept
{
    return guarded(engine_, size_t{0}, [](Engine &engine) { return engine.pendingPlain(); });
}

size_t CryptStream::pendingWire() const noexcept
{
    return guarded(engine_, size_t{0}, [](Engine &engine) { return engine.pendingWire(); });
}

CryptState CryptStream::state() const noexcept
{
    return engine_ ? engine_->state() : CryptState::Error;
}

bool CryptStream::isPassthrough() const noexcept
{
    return engine_ && engine_->isPassthrough();
}

std::string CryptStream::error() const noexcept
{
    // Short enough not to need memory.
    return guarded(engine_, std::string("no stream"), [](Engine &engine) { return engine.error(); });
}

std::vector<std::byte> CryptStream::exportBinding() const noexcept
{
    return guarded(engine_, std::vector<std::byte>{}, [](Engine &engine) { return engine.exportBinding(); });
}

std::string CryptStream::peerName() const noexcept
{
    return guarded(engine_, std::string{}, [](Engine &engine) { return engine.peer(NETSANE_PEER_NAME); });
}

std::string CryptStream::unverifiedReason() const noexcept
{
    return guarded(engine_, std::string{}, [](Engine &engine) { return engine.unverifiedReason(); });
}

std::string CryptStream::peerProtocol() const noexcept
{
    return guarded(engine_, std::string{}, [](Engine &engine) { return engine.peer(NETSANE_PEER_PROTOCOL); });
}

std::string CryptStream::peerCertificate() const noexcept
{
    return guarded(engine_, std::string{}, [](Engine &engine) { return engine.peer(NETSANE_PEER_CERTIFICATE); });
}

std::string CryptStream::peerFingerprint() const noexcept
{
    return guarded(engine_, std::string{}, [](Engine &engine) { return engine.peer(NETSANE_PEER_FINGERPRINT); });
}

} // namespace netsane
