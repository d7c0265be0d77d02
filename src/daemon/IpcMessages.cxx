#include "daemon/IpcMessages.hxx"

#include "wire/FrameEncoder.hxx"
#include "wire/MessageReader.hxx"

#include <utility>

namespace netsane {

namespace {

FrameEncoder begin(ByteBuffer &out, IpcCommand command)
{
    return FrameEncoder(out, static_cast<std::uint32_t>(command));
}

void addStrings(FrameEncoder &message, const std::vector<std::string> &strings)
{
    message.integer(static_cast<std::uint32_t>(strings.size()));
    for (const auto &string : strings)
        message.string(string);
}

std::vector<std::string> readStrings(MessageReader &reader)
{
    std::vector<std::string> strings;
    for (auto count = reader.readUnsigned(); count > 0; --count)
        strings.emplace_back(reader.readString());
    return strings;
}

void addSettings(FrameEncoder &message, const std::map<std::string, std::string> &settings)
{
    message.integer(static_cast<std::uint32_t>(settings.size()));
    for (const auto &[key, value] : settings)
        message.string(key).string(value);
}

std::map<std::string, std::string> readSettings(MessageReader &reader)
{
    std::map<std::string, std::string> settings;
    for (auto count = reader.readUnsigned(); count > 0; --count) {
        std::string key(reader.readString());
        settings.insert_or_assign(std::move(key), std::string(reader.readString()));
    }
    return settings;
}

void addOutcome(FrameEncoder &message, const Outcome &outcome)
{
    message.integer(static_cast<std::uint32_t>(outcome.status)).string(outcome.reason);
}

Outcome readOutcome(MessageReader &reader)
{
    Outcome outcome;
    outcome.status = toStatus(reader.readUnsigned());
    outcome.reason = reader.readString();
    return outcome;
}

void addDevices(FrameEncoder &message, const std::vector<DeviceEntry> &devices)
{
    message.integer(static_cast<std::uint32_t>(devices.size()));
    for (const auto &device : devices)
        message.string(device.name).string(device.vendor).string(device.model).string(device.type);
}

std::vector<DeviceEntry> readDevices(MessageReader &reader)
{
    std::vector<DeviceEntry> devices;
    for (auto count = reader.readUnsigned(); count > 0; --count) {
        DeviceEntry entry;
        entry.name = reader.readString();
        entry.vendor = reader.readString();
        entry.model = reader.readString();
        entry.type = reader.readString();
        devices.push_back(std::move(entry));
    }
    return devices;
}

} // namespace

ByteBuffer encodeIpc(IpcCommand command)
{
    ByteBuffer out;
    begin(out, command).end();
    return out;
}

ByteBuffer encodeIpc(IpcCommand command, std::string_view text)
{
    ByteBuffer out;
    begin(out, command).string(text).end();
    return out;
}

std::string decodeText(MessageView message)
{
    return std::string(MessageReader(message).readString());
}

ByteBuffer encodeIpc(const SessionSetup &setup)
{
    ByteBuffer out;
    auto message = begin(out, IpcCommand::session_setup);
    message.string(setup.plugin_dir);
    addStrings(message, setup.crypt);
    message.boolean(setup.expect_auth)
        .boolean(setup.login_at_connect)
        .boolean(setup.allow_clear_passwords)
        .integer(setup.auth_tries)
        .integer(setup.auth_fail_delay_ms)
        .integer(setup.login_timeout_ms)
        .integer(setup.idle_timeout_ms)
        .integer(setup.close_timeout_ms);
    addSettings(message, setup.settings);
    message.integer(static_cast<std::uint32_t>(setup.files.size()));
    for (const auto &file : setup.files)
        message.string(file.path).string(file.real_path).string(file.failure);
    message.boolean(setup.trial).boolean(setup.confined_first);
    message.end();
    return out;
}

SessionSetup decodeSessionSetup(MessageView message)
{
    MessageReader reader(message);
    SessionSetup setup;
    setup.plugin_dir = reader.readString();
    setup.crypt = readStrings(reader);
    setup.expect_auth = reader.readBool();
    setup.login_at_connect = reader.readBool();
    setup.allow_clear_passwords = reader.readBool();
    setup.auth_tries = reader.readUnsigned();
    setup.auth_fail_delay_ms = reader.readUnsigned();
    setup.login_timeout_ms = reader.readUnsigned();
    setup.idle_timeout_ms = reader.readUnsigned();
    setup.close_timeout_ms = reader.readUnsigned();
    setup.settings = readSettings(reader);
    for (auto count = reader.readUnsigned(); count > 0; --count) {
        HandedFile file;
        file.path = reader.readString();
        file.real_path = reader.readString();
        file.failure = reader.readString();
        setup.files.push_back(std::move(file));
    }
    setup.trial = reader.readBool();
    setup.confined_first = reader.readBool();
    return setup;
}

ByteBuffer encodeIpc(const DiscoverySetup &setup)
{
    ByteBuffer out;
    auto message = begin(out, IpcCommand::discovery_setup);
    message.string(setup.name);
    addStrings(message, setup.text);
    addStrings(message, setup.addresses);
    message.end();
    return out;
}

DiscoverySetup decodeDiscoverySetup(MessageView message)
{
    MessageReader reader(message);
    DiscoverySetup setup;
    setup.name = reader.readString();
    setup.text = readStrings(reader);
    setup.addresses = readStrings(reader);
    return setup;
}

ByteBuffer encodeIpc(const AuthSetup &setup)
{
    ByteBuffer out;
    auto message = begin(out, IpcCommand::auth_setup);
    message.string(setup.plugin_dir);
    addStrings(message, setup.auth);
    message.string(setup.drop_to_user).integer(setup.step_timeout_ms);
    addSettings(message, setup.settings);
    message.end();
    return out;
}

AuthSetup decodeAuthSetup(MessageView message)
{
    MessageReader reader(message);
    AuthSetup setup;
    setup.plugin_dir = reader.readString();
    setup.auth = readStrings(reader);
    setup.drop_to_user = reader.readString();
    setup.step_timeout_ms = reader.readUnsigned();
    setup.settings = readSettings(reader);
    return setup;
}

ByteBuffer encodeIpc(const NewConnection &connection)
{
    ByteBuffer out;
    auto message = begin(out, IpcCommand::new_connection);
    message.integer(connection.connection).string(connection.peer).boolean(connection.local);
    message.integer(connection.trace_limit_mb);
    message.integer(static_cast<std::uint32_t>(connection.in_the_way.size()));
    for (const ConnectionId id : connection.in_the_way)
        message.integer(id);
    message.boolean(connection.is_full).end();
    return out;
}

NewConnection decodeNewConnection(MessageView message)
{
    MessageReader reader(message);
    NewConnection connection;
    connection.connection = reader.readUnsigned();
    connection.peer = reader.readString();
    connection.local = reader.readBool();
    connection.trace_limit_mb = reader.readUnsigned();
    for (auto count = reader.readUnsigned(); count > 0; --count)
        connection.in_the_way.push_back(reader.readUnsigned());
    connection.is_full = reader.readBool();
    return connection;
}

ByteBuffer encodeIpc(const OpenResult &result)
{
    ByteBuffer out;
    auto message = begin(out, IpcCommand::open_result);
    message.integer(result.connection).integer(result.device).integer(static_cast<std::uint32_t>(result.decision.kind));
    addOutcome(message, result.decision.outcome);
    message.end();
    return out;
}

OpenResult decodeOpenResult(MessageView message)
{
    MessageReader reader(message);
    OpenResult result;
    result.connection = reader.readUnsigned();
    result.device = reader.readUnsigned();
    const auto kind = reader.readUnsigned();
    if (kind > static_cast<std::uint32_t>(OpenDecision::Kind::login_needed))
        reader.fail("open decision " + std::to_string(kind));
    result.decision.kind = static_cast<OpenDecision::Kind>(kind);
    result.decision.outcome = readOutcome(reader);
    return result;
}

ByteBuffer encodeIpc(const DeviceList &list)
{
    ByteBuffer out;
    auto message = begin(out, IpcCommand::device_list);
    message.integer(list.connection).integer(list.version_code);
    addOutcome(message, list.reply.outcome);
    addDevices(message, list.reply.devices);
    message.end();
    return out;
}

DeviceList decodeDeviceList(MessageView message)
{
    MessageReader reader(message);
    DeviceList list;
    list.connection = reader.readUnsigned();
    list.version_code = reader.readUnsigned();
    list.reply.outcome = readOutcome(reader);
    list.reply.devices = readDevices(reader);
    return list;
}

ByteBuffer encodeIpc(IpcCommand command, const Identity &identity)
{
    ByteBuffer out;
    begin(out, command)
        .integer(identity.connection)
        .integer(identity.exchange)
        .string(identity.user)
        .string(identity.method)
        .end();
    return out;
}

Identity decodeIdentity(MessageView message)
{
    MessageReader reader(message);
    Identity identity;
    identity.connection = reader.readUnsigned();
    identity.exchange = reader.readUnsigned();
    identity.user = reader.readString();
    identity.method = reader.readString();
    return identity;
}

ByteBuffer encodeIpc(IpcCommand command, const ConnectionNote &note)
{
    ByteBuffer out;
    begin(out, command).integer(note.connection).end();
    return out;
}

ConnectionNote decodeConnectionNote(MessageView message)
{
    return {MessageReader(message).readUnsigned()};
}

ByteBuffer encodeIpc(IpcCommand command, const DeviceNote &note)
{
    ByteBuffer out;
    begin(out, command).integer(note.connection).integer(note.device).string(note.name).end();
    return out;
}

DeviceNote decodeDeviceNote(MessageView message)
{
    MessageReader reader(message);
    DeviceNote note;
    note.connection = reader.readUnsigned();
    note.device = reader.readUnsigned();
    note.name = reader.readString();
    if (note.name.size() > max_device_name_bytes)
        reader.fail("device name of " + std::to_string(note.name.size()) + " bytes");
    return note;
}

ByteBuffer encodeIpc(IpcCommand command, const ExchangeNote &note)
{
    ByteBuffer out;
    begin(out, command).integer(note.connection).integer(note.exchange).end();
    return out;
}

ExchangeNote decodeExchangeNote(MessageView message)
{
    MessageReader reader(message);
    ExchangeNote note;
    note.connection = reader.readUnsigned();
    note.exchange = reader.readUnsigned();
    return note;
}

ByteBuffer encodeIpc(const AuthStart &start)
{
    ByteBuffer out;
    begin(out, IpcCommand::auth_start)
        .integer(start.connection)
        .integer(start.exchange)
        .integer(start.method)
        .string(start.user)
        .string(start.peer)
        .boolean(start.confidential)
        .boolean(start.local)
        .integer(start.attempt)
        .integer(start.timeout_ms)
        .string(start.peer_name)
        .opaque(start.channel_binding)
        .end();
    return out;
}

AuthStart decodeAuthStart(MessageView message)
{
    MessageReader reader(message);
    AuthStart start;
    start.connection = reader.readUnsigned();
    start.exchange = reader.readUnsigned();
    start.method = reader.readUnsigned();
    start.user = reader.readString();
    if (start.user.empty() || start.user.size() > max_user_bytes)
        reader.fail("user name of " + std::to_string(start.user.size()) + " bytes");
    start.peer = reader.readString();
    start.confidential = reader.readBool();
    start.local = reader.readBool();
    start.attempt = reader.readUnsigned();
    start.timeout_ms = reader.readUnsigned();
    start.peer_name = reader.readString();
    if (start.peer_name.size() > max_peer_name_bytes)
        reader.fail("peer name of " + std::to_string(start.peer_name.size()) + " bytes");
    if (const auto binding = reader.readRaw())
        start.channel_binding.assign(binding->begin(), binding->end());
    if (start.channel_binding.size() > max_binding_bytes)
        reader.fail("channel binding of " + std::to_string(start.channel_binding.size()) + " bytes");
    return start;
}

ByteBuffer encodeIpc(IpcCommand command, const AuthFields &fields)
{
    ByteBuffer out;
    auto message = begin(out, command);
    message.integer(fields.connection).integer(fields.exchange);
    for (const auto &field : fields.fields)
        message.opaque(field);
    message.end();
    return out;
}

AuthFields decodeAuthFields(MessageView message)
{
    MessageReader reader(message);
    AuthFields fields;
    fields.connection = reader.readUnsigned();
    fields.exchange = reader.readUnsigned();
    while (const auto field = reader.readRaw())
        fields.fields.emplace_back(field->begin(), field->end());
    return fields;
}

ByteBuffer encodeIpc(const LoginRefusal &refusal)
{
    ByteBuffer out;
    begin(out, IpcCommand::login_refused)
        .integer(refusal.connection)
        .string(refusal.user)
        .string(refusal.method)
        .string(refusal.reason)
        .end();
    return out;
}

LoginRefusal decodeLoginRefusal(MessageView message)
{
    MessageReader reader(message);
    LoginRefusal refusal;
    refusal.connection = reader.readUnsigned();
    refusal.user = reader.readString();
    refusal.method = reader.readString();
    refusal.reason = reader.readString();
    return refusal;
}

ByteBuffer encodeIpc(const LoginNote &note)
{
    ByteBuffer out;
    begin(out, IpcCommand::login_given_up).integer(note.connection).string(note.reason).end();
    return out;
}

LoginNote decodeLoginNote(MessageView message)
{
    MessageReader reader(message);
    LoginNote note;
    note.connection = reader.readUnsigned();
    note.reason = reader.readString();
    return note;
}

ByteBuffer encodeIpc(const ScanNote &note)
{
    ByteBuffer out;
    begin(out, IpcCommand::scan_ended)
        .integer(note.connection)
        .integer(note.device)
        .integer(static_cast<std::uint32_t>(note.scan.status))
        .integer(static_cast<std::uint32_t>(note.scan.image_bytes >> 32))
        .integer(static_cast<std::uint32_t>(note.scan.image_bytes))
        .end();
    return out;
}

ScanNote decodeScanNote(MessageView message)
{
    MessageReader reader(message);
    ScanNote note;
    note.connection = reader.readUnsigned();
    note.device = reader.readUnsigned();
    note.scan.status = toStatus(reader.readUnsigned());
    const std::uint64_t high = reader.readUnsigned();
    note.scan.image_bytes = high << 32 | reader.readUnsigned();
    return note;
}

ByteBuffer encodeIpc(const CryptNote &note)
{
    ByteBuffer out;
    begin(out, IpcCommand::crypt_chosen).integer(note.connection).string(note.method).end();
    return out;
}

CryptNote decodeCryptNote(MessageView message)
{
    MessageReader reader(message);
    CryptNote note;
    note.connection = reader.readUnsigned();
    note.method = reader.readString();
    if (note.method.size() > max_method_name_bytes)
        reader.fail("crypt method of " + std::to_string(note.method.size()) + " bytes");
    return note;
}

ByteBuffer encodeIpc(const CertificateWish &wish)
{
    ByteBuffer out;
    auto message = begin(out, IpcCommand::make_certificate);
    message.string(wish.state_folder);
    addStrings(message, wish.listeners);
    message.end();
    return out;
}

CertificateWish decodeCertificateWish(MessageView message)
{
    MessageReader reader(message);
    CertificateWish wish;
    wish.state_folder = reader.readString();
    wish.listeners = readStrings(reader);
    return wish;
}

ByteBuffer encodeIpc(const std::vector<AuthMethodInfo> &methods)
{
    ByteBuffer out;
    auto message = begin(out, IpcCommand::auth_methods);
    message.integer(static_cast<std::uint32_t>(methods.size()));
    for (const auto &method : methods)
        message.integer(method.id).integer(method.flags).string(method.name);
    message.end();
    return out;
}

std::vector<AuthMethodInfo> decodeAuthMethods(MessageView message)
{
    MessageReader reader(message);
    std::vector<AuthMethodInfo> methods;
    for (auto count = reader.readUnsigned(); count > 0; --count) {
        AuthMethodInfo method;
        method.id = reader.readUnsigned();
        method.flags = reader.readUnsigned();
        method.name = reader.readString();
        methods.push_back(std::move(method));
    }
    return methods;
}

} // namespace netsane
