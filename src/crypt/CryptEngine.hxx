// What CryptStream puts its calls through to: no method (clear) or a plugin. Private to src/crypt.

#pragma once

#include "crypt/CryptStream.hxx"

#include <memory>

namespace netsane {

/// The functions mean what those of CryptStream do. Owned by the stream.
class CryptStream::Engine {
public:
    virtual ~Engine() = default;

    virtual size_t pushWire(std::span<const std::byte> bytes) = 0;
    virtual size_t pullWire(std::span<std::byte> space) = 0;
    virtual size_t readPlain(std::span<std::byte> space) = 0;
    virtual size_t writePlain(std::span<const std::byte> bytes) = 0;
    virtual void endWire() = 0;
    virtual void shutdown() = 0;
    virtual size_t pendingPlain() = 0;
    virtual size_t pendingWire() = 0;
    virtual CryptState state() const noexcept = 0;
    virtual bool isPassthrough() const noexcept = 0;
    virtual std::vector<std::byte> exportBinding() { return {}; }
    virtual std::string peer(uint32_t what);
    virtual std::string unverifiedReason();

    /// Breaks the stream for good.
    virtual void fail(const char *reason) noexcept = 0;
    virtual const std::string &error() const noexcept = 0;
};

/// The stream of no method.
class CryptStream::ClearEngine final : public Engine {
public:
    size_t pushWire(std::span<const std::byte> bytes) override;
    size_t pullWire(std::span<std::byte> space) override;
    size_t readPlain(std::span<std::byte> space) override;
    size_t writePlain(std::span<const std::byte> bytes) override;
    void endWire() override;
    void shutdown() override { shut_down_ = true; }
    size_t pendingPlain() override { return inbound_.size(); }
    size_t pendingWire() override { return outbound_.size(); }
    CryptState state() const noexcept override { return state_; }
    bool isPassthrough() const noexcept override { return true; }
    void fail(const char *reason) noexcept override;
    const std::string &error() const noexcept override { return error_; }

private:
    std::vector<std::byte> inbound_;
    std::vector<std::byte> outbound_;
    CryptState state_ = CryptState::Open;
    bool shut_down_ = false;
    std::string error_;
};

/// The stream of a method. Calls the plugin only in states where the call is allowed, and believes no number of its.
class CryptStream::PluginEngine final : public Engine {
public:
    PluginEngine(const Method &method, Role role, const CryptParameters &parameters);
    ~PluginEngine() override;
    PluginEngine(const PluginEngine &) = delete;
    PluginEngine &operator=(const PluginEngine &) = delete;

    size_t pushWire(std::span<const std::byte> bytes) override;
    size_t pullWire(std::span<std::byte> space) override;
    size_t readPlain(std::span<std::byte> space) override;
    size_t writePlain(std::span<const std::byte> bytes) override;
    void endWire() override;
    void shutdown() override;
    size_t pendingPlain() override;
    size_t pendingWire() override;
    CryptState state() const noexcept override { return state_; }
    bool isPassthrough() const noexcept override;
    std::vector<std::byte> exportBinding() override;
    std::string peer(uint32_t what) override;
    std::string unverifiedReason() override;
    void fail(const char *reason) noexcept override;
    const std::string &error() const noexcept override { return error_; }

private:
    bool ended() const noexcept { return state_ != CryptState::Handshake && state_ != CryptState::Open; }
    bool mayRead() const noexcept { return !broken_ && state_ != CryptState::Handshake && state_ != CryptState::Error; }
    size_t checkedCount(const char *function, size_t count, size_t limit);
    void refreshState();

    const Method &method_;
    const netsane_crypt_ops_v1 *const operations_;
    void *stream_ = nullptr;
    bool created_ = false;
    bool broken_ = false; ///< the plugin is not called any more
    bool wire_ended_ = false;
    bool shut_down_ = false;
    CryptState state_ = CryptState::Handshake;
    std::string error_;
};

} // namespace netsane
