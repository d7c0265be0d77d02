// Records of TLS 1.3 that no library would send: encrypted with the keys of a real connection, but of any type, in any
// order, with anything in them. RFC 8446 §5.2, §7.1, §7.3, for TLS_AES_256_GCM_SHA384.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace netsane {

class RecordForger {
public:
    enum Type : uint8_t { change_cipher_spec = 20, alert = 21, handshake = 22, application_data = 23 };

    /// @param secret the traffic secret of a direction in which nothing has been sent yet, 48 bytes
    explicit RecordForger(std::string secret);

    /// @param padding so many zeros behind it
    std::vector<std::byte> record(Type type, std::string_view content, size_t padding = 0);

    /// A KeyUpdate message in a record of its own. The records after it have new keys.
    std::vector<std::byte> keyUpdate(bool requested);

    /// To be called behind a KeyUpdate that was sent in another way.
    void updateKeys();

    static std::string keyUpdateMessage(bool requested);

private:
    std::string expand(std::string_view label, uint8_t size) const;
    void setKeys();

    std::string secret_;
    std::string key_;
    std::string iv_;
    uint64_t sequence_ = 0;
};

} // namespace netsane
