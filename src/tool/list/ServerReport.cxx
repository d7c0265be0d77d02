#include "tool/list/ServerReport.hxx"

#include "tool/control/TextTable.hxx"
#include "util/JsonWriter.hxx"
#include "util/Printable.hxx"

#include <algorithm>

namespace netsane {

namespace {

constexpr const char *prefix = "netsane:"; // of names for frontends
constexpr std::size_t max_text_bytes = 2000;

std::string deviceLines(const SurveyedServer &server)
{
    std::size_t width = 0;
    for (const auto &device : server.devices)
        width = std::max(width, shownText(device.name).size());
    std::string text;
    for (const auto &device : server.devices) {
        const auto name = shownText(device.name);
        text += "  " + std::string(prefix) + name + std::string(width - name.size(), ' ') + "  " +
                shownText(device.vendor + " " + device.model + (device.type.empty() ? "" : ", " + device.type)) + "\n";
    }
    return text.empty() ? "  no devices\n" : text;
}

} // namespace

std::string serversText(const std::vector<SurveyedServer> &servers, bool colours)
{
    const auto in = [&](const char *code, const std::string &text) { return colours ? code + text + "\033[0m" : text; };
    std::string text;
    for (const auto &server : servers) {
        text += in("\033[1m", server.server.text()) + (server.discovered ? "  (announces itself)\n" : "\n");
        if (server.failure.empty())
            text += deviceLines(server);
        else
            text += "  " + in("\033[31m", "! " + printable(server.failure, max_text_bytes)) + "\n";
    }
    return text;
}

std::string serversJson(const std::vector<SurveyedServer> &servers)
{
    JsonWriter json(JsonWriter::Layout::indented);
    json.open('{');
    json.open('[', "servers");
    for (const auto &server : servers) {
        json.open('{');
        json.text("server", server.server.text());
        json.flag("discovered", server.discovered);
        if (!server.failure.empty()) {
            json.text("failure", server.failure);
        } else {
            json.open('[', "devices");
            for (const auto &device : server.devices) {
                json.open('{');
                json.text("name", prefix + device.name);
                json.text("vendor", device.vendor);
                json.text("model", device.model);
                json.text("type", device.type);
                json.close('}');
            }
            json.close(']');
        }
        json.close('}');
    }
    json.close(']');
    json.close('}');
    return json.take();
}

} // namespace netsane
