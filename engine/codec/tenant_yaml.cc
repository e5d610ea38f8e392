#include "engine/codec/tenant_yaml.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "engine/base/uuid.h"
#include "engine/codec/yaml/rule_yaml.h"
#include "engine/codec/yaml/yaml_reader.h"
#include "engine/core/ids.h"
#include "engine/core/presence.h"
#include "engine/sla/text.h"

namespace rasti::codec {
namespace {

// The languages of the platform: Albanian, Serbian (Latin is kept, Cyrillic derived), English, Turkish, Bosnian,
// Romani.
constexpr std::array<std::string_view, 6> kLanguages = {"sq", "sr", "en", "tr", "bs", "rom"};

class TenantReader {
 public:
  explicit TenantReader(Issues& issues) : issues_(issues), reader_(issues) {}

  core::Tenant Read(const YamlNode& root) {
    YamlMap map(root, "a tenant", reader_);
    if (const YamlNode* id = map.Required("tenant")) {
      tenant_.id = core::TenantId(reader_.Text(*id, "tenant").value_or(""));
      if (!IsPackageName(tenant_.id.view()))
        issues_.Error(id->mark, "tenant must be lower-case letters, digits and '-'");
    }
    std::string version;
    if (const YamlNode* node = map.Required("version")) version = ReadVersion(*node, reader_);
    tenant_.version = core::MakeVersionedName(tenant_.id.view(), version);
    if (const YamlNode* kind = map.Required("kind")) {
      const auto known = reader_.Choice<int>(*kind, "kind", {{"municipality", 0}, {"ministry", 1}, {"institution", 2}});
      if (known) tenant_.kind = kind->text;
    }
    if (const YamlNode* title = map.Required("title")) tenant_.title = Title(*title, "the tenant's title");
    if (const YamlNode* calendar = map.Required("calendar")) {
      tenant_.calendar = reader_.Text(*calendar, "calendar").value_or("");
    }
    if (const YamlNode* languages = map.Required("languages")) tenant_.languages = Languages(*languages);
    if (const YamlNode* overseer = map.Optional("overseen_by")) {
      if (const auto id = reader_.Text(*overseer, "overseen_by")) tenant_.overseen_by = core::TenantId(*id);
      if (tenant_.overseen_by == tenant_.id) issues_.Error(overseer->mark, "a tenant does not oversee itself");
    }
    if (const YamlNode* directorates = map.Optional("directorates")) ReadDirectorates(*directorates);
    if (const YamlNode* queues = map.Optional("queues")) ReadQueues(*queues);
    if (const YamlNode* queue = map.Optional("default_queue")) {
      if (const auto id = reader_.Text(*queue, "default_queue")) {
        tenant_.default_queue = core::QueueId(*id);
        CheckQueue(*tenant_.default_queue, queue->mark);
      }
    }
    if (const YamlNode* people = map.Optional("people")) {
      reader_.List(*people, "people", [&](const YamlNode& item) { ReadPerson(item); });
      ResolveSubstitutes();
      tenant_.BuildIndex();
      CheckAbsences();
    }
    map.Finish();
    CheckStaffing();
    tenant_.BuildIndex();
    return std::move(tenant_);
  }

 private:
  core::Texts Title(const YamlNode& node, std::string_view what) {
    core::Texts texts = ReadTexts(node, what, reader_);
    for (const auto& [language, text] : {std::pair("sq", &texts.sq), {"sr-Latn", &texts.sr_latn}, {"en", &texts.en}}) {
      if (text->empty() && node.IsMap()) issues_.Error(node.mark, fmt::format("{}: no text in '{}'", what, language));
    }
    return texts;
  }

  std::vector<std::string> Languages(const YamlNode& node) {
    std::vector<std::string> languages;
    reader_.List(node, "languages", [&](const YamlNode& item) {
      const auto text = reader_.Text(item, "a language");
      if (!text) return;
      if (std::ranges::find(kLanguages, *text) == kLanguages.end()) {
        return reader_.WrongName(item.mark, "languages", *text, {kLanguages.begin(), kLanguages.end()});
      }
      if (std::ranges::find(languages, *text) != languages.end()) {
        return issues_.Error(item.mark, fmt::format("'{}' stands twice", *text));
      }
      languages.push_back(*text);
    });
    return languages;
  }

  // The id of a part, which stands once only.
  std::string NewId(YamlMap& map, std::string_view what, std::set<std::string>& seen) {
    const YamlNode* node = map.Required("id");
    if (node == nullptr) return "";
    std::string id = reader_.Text(*node, what).value_or("");
    if (!id.empty() && !seen.insert(id).second)
      issues_.Error(node->mark, fmt::format("{} '{}' stands twice", what, id));
    return id;
  }

  void ReadDirectorates(const YamlNode& node) {
    std::set<std::string> seen;
    reader_.List(node, "directorates", [&](const YamlNode& item) {
      core::Directorate& directorate = tenant_.directorates.emplace_back();
      YamlMap map(item, "a directorate", reader_);
      directorate.id = core::DirectorateId(NewId(map, "directorate", seen));
      if (const YamlNode* title = map.Required("title")) directorate.title = Title(*title, "the directorate's title");
      map.Finish();
    });
  }

  void ReadQueues(const YamlNode& node) {
    std::set<std::string> seen;
    reader_.List(node, "queues", [&](const YamlNode& item) {
      core::Queue& queue = tenant_.queues.emplace_back();
      YamlMap map(item, "a queue", reader_);
      queue.id = core::QueueId(NewId(map, "queue", seen));
      queue_marks_.push_back(item.mark);
      if (const YamlNode* title = map.Required("title")) queue.title = Title(*title, "the queue's title");
      if (const YamlNode* directorate = map.Required("directorate")) {
        queue.directorate = core::DirectorateId(reader_.Text(*directorate, "directorate").value_or(""));
        CheckDirectorate(queue.directorate, directorate->mark);
      }
      map.Finish();
    });
  }

  void CheckDirectorate(const core::DirectorateId& id, Mark mark) {
    if (id.empty() || tenant_.FindDirectorate(id) != nullptr) return;
    std::vector<std::string_view> known;
    for (const core::Directorate& each : tenant_.directorates) known.push_back(each.id.view());
    reader_.WrongName(mark, "directorate", id.view(), known);
  }

  void CheckQueue(const core::QueueId& id, Mark mark) {
    if (id.empty() || tenant_.FindQueue(id) != nullptr) return;
    std::vector<std::string_view> known;
    for (const core::Queue& each : tenant_.queues) known.push_back(each.id.view());
    reader_.WrongName(mark, "queue", id.view(), known);
  }

  void ReadPerson(const YamlNode& node) {
    core::Person& person = tenant_.people.emplace_back();
    YamlMap map(node, "a person", reader_);
    if (const YamlNode* id = map.Required("id")) {
      const auto uuid = ParseUuid(id->text);
      if (!uuid) {
        issues_.Error(id->mark, "a person's id is a UUID, as in 6f1c1f0e-6a35-4c54-9b1e-0d8f0f2c7a11");
      } else {
        person.id = core::ActorId(FormatUuid(*uuid));
        if (!ids_.insert(person.id).second) issues_.Error(id->mark, fmt::format("the id {} stands twice", id->text));
      }
    }
    if (const YamlNode* handle = map.Required("handle")) {
      person.handle = reader_.Text(*handle, "handle").value_or("");
      if (!handles_.insert(person.handle).second) {
        issues_.Error(handle->mark, fmt::format("the handle '{}' stands twice", person.handle));
      }
    }
    if (const YamlNode* roles = map.Required("roles")) {
      person.roles = reader_.Ids<core::Role>(*roles, "roles");
      if (person.roles.empty()) issues_.Error(roles->mark, "a person without role can do nothing: name one");
    }
    if (const YamlNode* queues = map.Optional("queues")) {
      person.queues = reader_.Ids<core::QueueId>(*queues, "queues");
      for (size_t i = 0; i < person.queues.size(); ++i) CheckQueue(person.queues[i], queues->items[i].mark);
    }
    if (const YamlNode* directorate = map.Optional("directorate")) {
      person.directorate = core::DirectorateId(reader_.Text(*directorate, "directorate").value_or(""));
      CheckDirectorate(*person.directorate, directorate->mark);
    }
    if (const YamlNode* languages = map.Optional("languages")) person.languages = Languages(*languages);
    if (const YamlNode* active = map.Optional("active")) person.active = reader_.Bool(*active, "active").value_or(true);
    if (const YamlNode* substitute = map.Optional("substitute")) {
      substitutes_.push_back({tenant_.people.size() - 1, std::nullopt, substitute});
    }
    if (const YamlNode* absences = map.Optional("absences")) {
      reader_.List(*absences, "absences", [&](const YamlNode& item) { ReadAbsence(item); });
    }
    map.Finish();
  }

  // Of the person read last.
  void ReadAbsence(const YamlNode& node) {
    const size_t person = tenant_.people.size() - 1;
    YamlMap map(node, "an absence", reader_);
    std::optional<sla::Day> from;
    std::optional<sla::Day> to;
    if (const YamlNode* day = map.Required("from")) from = reader_.Date(*day, "from");
    const YamlNode* last = map.Required("to");
    if (last != nullptr) to = reader_.Date(*last, "to");
    const YamlNode* substitute = map.Optional("substitute");
    map.Finish();
    if (!from || !to) return;
    if (*to < *from) {
      return issues_.Error(last->mark, fmt::format("{} lies before the first day, {}; both days are part of an absence",
                                                   sla::TextOf(*to), sla::TextOf(*from)));
    }
    auto& absences = tenant_.people[person].absences;
    if (substitute != nullptr) substitutes_.push_back({person, absences.size(), substitute});
    absences.push_back({*from, *to, std::nullopt});
    absence_marks_.push_back({person, *from, node.mark});
  }

  // Substitutes are named by handle, also of people further down.
  void ResolveSubstitutes() {
    std::map<std::string_view, const core::Person*> by_handle;
    for (const core::Person& person : tenant_.people) by_handle.emplace(person.handle, &person);
    for (const NamedSubstitute& named : substitutes_) {
      const auto handle = reader_.Text(*named.node, "substitute");
      if (!handle) continue;
      const auto found = by_handle.find(*handle);
      core::Person& person = tenant_.people[named.person];
      if (found == by_handle.end()) {
        std::vector<std::string_view> known(handles_.begin(), handles_.end());
        reader_.WrongName(named.node->mark, "substitute", *handle, known);
      } else if (found->second == &person) {
        issues_.Error(named.node->mark, "nobody is their own substitute");
      } else {
        // Whoever leaves is somebody's substitute as a rule: that must not keep the directory that says so from coming
        // into force.
        if (!found->second->active) {
          issues_.Warning(named.node->mark, fmt::format("'{}' is not active: who stands in for them does, if anybody; "
                                                        "name somebody else",
                                                        *handle));
        }
        (named.absence ? person.absences[*named.absence].substitute : person.substitute) = found->second->id;
      }
    }
  }

  void CheckAbsences() {
    for (core::Person& person : tenant_.people) std::ranges::sort(person.absences, {}, &core::Absence::from);
    for (const AbsenceMark& absence : absence_marks_) {
      const core::Person& person = tenant_.people[absence.person];
      // Of two with one first day, either stands behind the other.
      const auto here = std::ranges::find(person.absences, absence.from, &core::Absence::from);
      const auto next = here + 1;
      const bool overlaps_next = next != person.absences.end() && next->from == absence.from;
      const bool overlaps_last = here != person.absences.begin() && (here - 1)->to >= absence.from;
      if (overlaps_next || overlaps_last) {
        const core::Absence& other = overlaps_last ? *(here - 1) : *next;
        issues_.Error(absence.mark, fmt::format("overlaps with the absence from {} to {}", sla::TextOf(other.from),
                                                sla::TextOf(other.to)));
      } else if (person.active) {
        CheckSomebodyStandsIn(person, *here, absence.mark);
      }
    }
  }

  // Where a substitute is named, somebody is to be there on every day. Who stands in changes when an absence begins.
  void CheckSomebodyStandsIn(const core::Person& person, const core::Absence& absence, Mark mark) {
    if (!absence.substitute && !person.substitute) return;
    std::set<sla::Day> days{absence.from};
    for (const core::Person* other : WhoMayStandIn(person)) {
      for (const core::Absence& away : other->absences) {
        if (absence.from < away.from && away.from <= absence.to) days.insert(away.from);
      }
    }
    for (const sla::Day day : days) {
      if (core::StandingOf(tenant_, person, day).acting != nullptr) continue;
      return issues_.Warning(mark,
                             fmt::format("on {} nobody stands in for '{}': who is named is absent too, or has left",
                                         sla::TextOf(day), person.handle));
    }
  }

  std::set<const core::Person*> WhoMayStandIn(const core::Person& person) const {
    std::set<const core::Person*> found{&person};
    std::vector<const core::Person*> to_ask{&person};
    const auto add = [&](const std::optional<core::ActorId>& id) {
      const core::Person* other = id ? tenant_.FindPerson(*id) : nullptr;
      if (other != nullptr && found.insert(other).second) to_ask.push_back(other);
    };
    while (!to_ask.empty()) {
      const core::Person* next = to_ask.back();
      to_ask.pop_back();
      add(next->substitute);
      for (const core::Absence& away : next->absences) add(away.substitute);
    }
    return found;
  }

  void CheckStaffing() {
    for (size_t i = 0; i < tenant_.queues.size(); ++i) {
      const bool staffed = std::ranges::any_of(tenant_.people, [&](const core::Person& person) {
        return person.active && std::ranges::find(person.queues, tenant_.queues[i].id) != person.queues.end();
      });
      if (!staffed) {
        issues_.Warning(queue_marks_[i], fmt::format("nobody works in the queue '{}'", tenant_.queues[i].id.str()));
      }
    }
  }

  Issues& issues_;
  YamlReader reader_;
  core::Tenant tenant_;
  std::vector<Mark> queue_marks_;
  std::set<core::ActorId> ids_;
  std::set<std::string> handles_;
  struct NamedSubstitute {
    size_t person;
    std::optional<size_t> absence;  // of the person; none: their own
    const YamlNode* node;
  };
  std::vector<NamedSubstitute> substitutes_;
  struct AbsenceMark {
    size_t person;
    sla::Day from;
    Mark mark;
  };
  std::vector<AbsenceMark> absence_marks_;
};

}  // namespace

std::optional<core::Tenant> ReadTenant(std::string_view yaml, Issues& issues) {
  const auto root = ParseYaml(yaml, issues);
  if (!root) return std::nullopt;
  core::Tenant tenant = TenantReader(issues).Read(*root);
  if (issues.HasErrors()) return std::nullopt;
  return tenant;
}

}  // namespace rasti::codec
