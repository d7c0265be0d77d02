#include "MessageTable.hxx"

#include "../util/Hex.hxx"
#include "protocol/ConnectionMessages.hxx"
#include "protocol/DeviceMessages.hxx"

namespace netsane {

namespace {

const HandleBytes handle = fromHex("aabbccdd");

OptionDescriptor rangeOption()
{
    OptionDescriptor option;
    option.name = "br-x";
    option.title = "Bottom-right x";
    option.description = "Bottom-right x position of scan area.";
    option.type = ValueType::fixed;
    option.unit = 3;
    option.size_bytes = 4;
    option.capabilities = 5;
    option.constraint_type = ConstraintType::range;
    option.range_min = -1;
    option.range_max = 200 << 16;
    option.range_quant = 1 << 16;
    return option;
}

OptionDescriptor listOption(ConstraintType type)
{
    OptionDescriptor option;
    option.title = "no name";
    option.type = type == ConstraintType::word_list ? ValueType::integer : ValueType::string;
    option.size_bytes = 12;
    option.constraint_type = type;
    if (type == ConstraintType::word_list)
        option.words = {75, 150, 0xffffffff};
    else
        option.strings = {"Gray", "Color"};
    return option;
}

const Parameters parameters{1, false, 471, 157, -1, 8};
const Outcome busy{Status::device_busy, "device held by alice"};

void addConnectionRows(std::vector<MessageRow> &table)
{
    const auto hello = [](MessageView in, ByteBuffer &out) { encodeHello(out, decodeHello(in)); };
    table.push_back({"Hello", [](ByteBuffer &out) { encodeHello(out, {"netsaned", 1, {1, 2, 3}}); }, hello, {0, 1, 2}});
    table.push_back({"HelloTranscript",
                     [](ByteBuffer &out) {
                         encodeHello(out, {"netsaned", 1, {1, 2}, Transcript{toBytes("HELO"), toBytes("RPLY")}});
                     },
                     hello,
                     {0, 1, 2, 3, 4}});
    table.push_back({"HelloNote",
                     [](ByteBuffer &out) {
                         encodeHello(out, {"warming up", {}, {}});
                     },
                     hello,
                     {0},
                     false});
    table.push_back({"CryptRequest",
                     [](ByteBuffer &out) {
                         encodeCryptRequest(out, std::vector<std::uint32_t>{1, 0});
                     },
                     [](MessageView in, ByteBuffer &out) { encodeCryptRequest(out, decodeCryptRequest(in)); },
                     {}});
    table.push_back({"CryptReply",
                     [](ByteBuffer &out) { encodeCryptReply(out, 0x8000); },
                     [](MessageView in, ByteBuffer &out) { encodeCryptReply(out, decodeCryptReply(in)); },
                     {}});
    table.push_back({"User",
                     [](ByteBuffer &out) { encodeUser(out, "alice"); },
                     [](MessageView in, ByteBuffer &out) { encodeUser(out, decodeUser(in)); },
                     {}});
    for (const auto command : {Command::pass_request, Command::pass_reply})
        table.push_back({command == Command::pass_reply ? "PassReply" : "PassRequest",
                         [command](ByteBuffer &out) {
                             encodePass(out, command, {2, {toBytes("AB"), toBytes("CD")}});
                         },
                         [command](MessageView in, ByteBuffer &out) { encodePass(out, command, decodePass(in)); },
                         {1, 2},
                         false});
    table.push_back({"Welcome",
                     [](ByteBuffer &out) { encodeWelcome(out, "alice"); },
                     [](MessageView in, ByteBuffer &out) { encodeWelcome(out, decodeWelcome(in)); },
                     {}});
    table.push_back({"ClientFail",
                     [](ByteBuffer &out) {
                         encodeClientFail(out, {3, {1, 2}});
                     },
                     [](MessageView in, ByteBuffer &out) { encodeClientFail(out, decodeClientFail(in)); },
                     {1}});
    table.push_back({"ServerFail",
                     [](ByteBuffer &out) {
                         encodeServerFail(out, {20, "too many connections"});
                     },
                     [](MessageView in, ByteBuffer &out) { encodeServerFail(out, decodeServerFail(in)); },
                     {1}});
}

void addRequestRows(std::vector<MessageRow> &table)
{
    for (const auto command : {Command::close, Command::get_parameters, Command::start, Command::abort})
        table.push_back(
            {"Handle" + std::to_string(static_cast<unsigned>(command)),
             [command](ByteBuffer &out) { encodeHandleRequest(out, command, handle); },
             [command](MessageView in, ByteBuffer &out) { encodeHandleRequest(out, command, decodeHandle(in)); },
             {}});
    table.push_back({"OpenRequest",
                     [](ByteBuffer &out) { encodeOpenRequest(out, {"test:0"}); },
                     [](MessageView in, ByteBuffer &out) { encodeOpenRequest(out, decodeOpenRequest(in)); },
                     {}});
    table.push_back({"StatusTextRequest",
                     [](ByteBuffer &out) { encodeStatusTextRequest(out, 9); },
                     [](MessageView in, ByteBuffer &out) { encodeStatusTextRequest(out, decodeStatusTextRequest(in)); },
                     {}});
    table.push_back({"GetOptionRequest",
                     [](ByteBuffer &out) { encodeGetOptionRequest(out, handle, {-7}); },
                     [](MessageView in, ByteBuffer &out) {
                         encodeGetOptionRequest(out, decodeHandle(in), decodeGetOptionRequest(in));
                     },
                     {}});
    const auto control = [](MessageView in, ByteBuffer &out) {
        encodeControlOptionRequest(out, decodeHandle(in), decodeControlOptionRequest(in));
    };
    const std::vector<ControlOptionRequest> requests = {
        {2, Action::set, ValueType::string, {{}, "Color"}},
        {4, Action::set, ValueType::fixed, {{0x00960000, 7}, {}}},
        {5, Action::get, ValueType::integer, {}},
        {6, Action::set_auto, ValueType::integer, {}},
        {7, Action::set, ValueType::button, {}},
    };
    for (const auto &request : requests) {
        const bool has_value = request.action == Action::set && hasValue(request.type);
        table.push_back({"ControlOptionRequest" + std::to_string(request.option),
                         [request](ByteBuffer &out) { encodeControlOptionRequest(out, handle, request); }, control,
                         has_value ? std::set<std::size_t>{4} : std::set<std::size_t>{}});
    }
    table.push_back(
        {"ReadRequest",
         [](ByteBuffer &out) { encodeReadRequest(out, handle, {65536}); },
         [](MessageView in, ByteBuffer &out) { encodeReadRequest(out, decodeHandle(in), decodeReadRequest(in)); },
         {}});
    table.push_back({"SetIoModeRequest",
                     [](ByteBuffer &out) { encodeSetIoModeRequest(out, handle, true); },
                     [](MessageView in, ByteBuffer &out) {
                         encodeSetIoModeRequest(out, decodeHandle(in), decodeSetIoModeRequest(in));
                     },
                     {}});
}

void addSessionReplyRows(std::vector<MessageRow> &table)
{
    const auto init = [](MessageView in, ByteBuffer &out) { encodeInitReply(out, decodeInitReply(in)); };
    table.push_back({"InitReply", [](ByteBuffer &out) { encodeInitReply(out, {{}, 16777217}); }, init, {}});
    table.push_back({"InitReplyRefused", [](ByteBuffer &out) { encodeInitReply(out, {busy, 0}); }, init, {2}});
    table.push_back({"StatusTextReply",
                     [](ByteBuffer &out) { encodeStatusTextReply(out, "Success"); },
                     [](MessageView in, ByteBuffer &out) { encodeStatusTextReply(out, decodeStatusTextReply(in)); },
                     {}});
    const auto list = [](MessageView in, ByteBuffer &out) { encodeGetDevicesReply(out, decodeGetDevicesReply(in)); };
    const DeviceEntry entry{"test:0", "Noname", "frontend-tester", "virtual device"};
    table.push_back({"GetDevicesReply",
                     [entry](ByteBuffer &out) {
                         encodeGetDevicesReply(out, {{}, {entry, {"x:1", "", "", ""}}});
                     },
                     list,
                     {1, 5, 9}});
    table.push_back({"GetDevicesReplyEmpty", [](ByteBuffer &out) { encodeGetDevicesReply(out, {{}, {}}); }, list, {1}});
    table.push_back({"GetDevicesReplyRefused",
                     [](ByteBuffer &out) {
                         encodeGetDevicesReply(out, {busy, {}});
                     },
                     list,
                     {1, 2}});
}

void addOptionReplyRows(std::vector<MessageRow> &table)
{
    const auto open = [](MessageView in, ByteBuffer &out) { encodeOpenReply(out, decodeOpenReply(in)); };
    table.push_back({"OpenReply", [](ByteBuffer &out) { encodeOpenReply(out, {{}, handle, {}}); }, open, {}, false});
    table.push_back({"OpenReplyDescriptors",
                     [](ByteBuffer &out) {
                         encodeOpenReply(out, {{}, handle, {{rangeOption(), listOption(ConstraintType::word_list)}}});
                     },
                     open,
                     {2}});
    table.push_back({"OpenReplyRefused", [](ByteBuffer &out) { encodeOpenReply(out, {busy, {}, {}}); }, open, {1}});
    const auto option = [](MessageView in, ByteBuffer &out) {
        const auto descriptor = decodeGetOptionReply(in);
        encodeGetOptionReply(out, descriptor ? &*descriptor : nullptr);
    };
    const std::vector<OptionDescriptor> options = {OptionDescriptor{}, rangeOption(),
                                                   listOption(ConstraintType::word_list),
                                                   listOption(ConstraintType::string_list)};
    for (const auto &descriptor : options)
        table.push_back({"GetOptionReply" + std::to_string(static_cast<unsigned>(descriptor.constraint_type)),
                         [descriptor](ByteBuffer &out) { encodeGetOptionReply(out, &descriptor); },
                         option,
                         {0}});
    const auto control = [](MessageView in, ByteBuffer &out) {
        encodeControlOptionReply(out, decodeControlOptionReply(in, true));
    };
    const OptionValue text{{}, "Color"};
    table.push_back({"ControlOptionReply",
                     [text](ByteBuffer &out) {
                         encodeControlOptionReply(out, {{}, 4, ValueType::string, text, {}});
                     },
                     control,
                     {}});
    table.push_back({"ControlOptionReplyDescriptors",
                     [](ByteBuffer &out) {
                         const OptionValue words{{1, 2}, {}};
                         encodeControlOptionReply(out, {{}, 7, ValueType::integer, words, {{rangeOption()}}});
                     },
                     control,
                     {4}});
    table.push_back({"ControlOptionReplyRefused",
                     [](ByteBuffer &out) {
                         encodeControlOptionReply(out, {busy, 0, ValueType::boolean, {}, {}});
                     },
                     control,
                     {1, 2, 3}});
}

// Values of an INT array and a STRING, and one that can't be told any more.
ToldState toldState()
{
    return {{{2, ValueType::integer, {{1, 0xffffffff}, {}}},
             {3, ValueType::string, {{}, "Color"}},
             {4, ValueType::group, {}}},
            Status::good,
            parameters};
}

void addValueRows(std::vector<MessageRow> &table)
{
    const auto open = [](MessageView in, ByteBuffer &out) { encodeOpenReply(out, decodeOpenReply(in, true)); };
    table.push_back({"OpenReplyValues",
                     [](ByteBuffer &out) {
                         encodeOpenReply(out, {{}, handle, {{rangeOption()}}, toldState()});
                     },
                     open,
                     {2, 14}});
    const auto control = [](MessageView in, ByteBuffer &out) {
        encodeControlOptionReply(out, decodeControlOptionReply(in, true, true));
    };
    const OptionValue words{{1, 2}, {}};
    for (const bool has_parameters : {true, false})
        table.push_back({has_parameters ? "ControlOptionReplyNews" : "ControlOptionReplyNewsWithoutParameters",
                         [words, has_parameters](ByteBuffer &out) {
                             ControlOptionReply::News news{{{5, listOption(ConstraintType::string_list)}}, toldState()};
                             if (!has_parameters)
                                 news.told = {{}, Status::invalid};
                             encodeControlOptionReply(out, {{}, 2, ValueType::integer, words, {}, news});
                         },
                         control,
                         {4}});
    // Without extension 4 what stands behind is ignored.
    table.push_back({"ControlOptionReplyWithoutNews",
                     [](ByteBuffer &out) {
                         encodeControlOptionReply(out, {{}, 0, ValueType::button, {}, {}});
                     },
                     [](MessageView in, ByteBuffer &out) {
                         encodeControlOptionReply(out, decodeControlOptionReply(in, true, false));
                     },
                     {}});
}

void addScanReplyRows(std::vector<MessageRow> &table)
{
    const auto params = [](MessageView in, ByteBuffer &out) {
        encodeGetParametersReply(out, decodeGetParametersReply(in));
    };
    table.push_back({"GetParametersReply",
                     [](ByteBuffer &out) {
                         encodeGetParametersReply(out, {{}, parameters});
                     },
                     params,
                     {}});
    table.push_back({"GetParametersReplyRefused",
                     [](ByteBuffer &out) {
                         encodeGetParametersReply(out, {busy, {}});
                     },
                     params,
                     {1, 7}});
    const auto start = [](MessageView in, ByteBuffer &out) { encodeStartReply(out, decodeStartReply(in)); };
    table.push_back({"StartReply",
                     [](ByteBuffer &out) {
                         encodeStartReply(out, {{}, parameters, byte_order_little});
                     },
                     start,
                     {1, 7}});
    table.push_back({"StartReplyRefused", [](ByteBuffer &out) { encodeStartReply(out, {busy, {}, 0}); }, start, {1}});
    const auto read = [](MessageView in, ByteBuffer &out) { encodeReadReply(out, decodeReadReply(in)); };
    table.push_back({"ReadReply",
                     [](ByteBuffer &out) {
                         const auto data = fromHex("102030");
                         encodeReadReply(out, {{}, data});
                     },
                     read,
                     {}});
    table.push_back({"ReadReplyEof",
                     [](ByteBuffer &out) {
                         encodeReadReply(out, {{Status::eof, {}}, {}});
                     },
                     read,
                     {},
                     false});
    const auto outcome = [](MessageView in, ByteBuffer &out) {
        encodeOutcomeReply(out, Command::set_io_mode, decodeOutcomeReply(in));
    };
    table.push_back(
        {"OutcomeReply", [](ByteBuffer &out) { encodeOutcomeReply(out, Command::set_io_mode, busy); }, outcome, {1}});
}

} // namespace

std::vector<MessageRow> messageTable()
{
    std::vector<MessageRow> table;
    addConnectionRows(table);
    addRequestRows(table);
    addSessionReplyRows(table);
    addOptionReplyRows(table);
    addValueRows(table);
    addScanReplyRows(table);
    return table;
}

} // namespace netsane
