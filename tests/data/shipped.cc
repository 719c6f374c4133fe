#include "tests/data/shipped.h"

#include "harness/data/korean/generator.h"

namespace plumbline::data::korean {

const DataSet& Shipped() {
  static const DataSet data = [] {
    const GeneratorOptions options;
    DataSet made;
    made.train = GenerateSplit(options, Split::kTrain, NumRows(Split::kTrain, Profile::kFull));
    made.validation =
        GenerateSplit(options, Split::kValidation, NumRows(Split::kValidation, Profile::kFull));
    made.test = GenerateSplit(options, Split::kTest, NumRows(Split::kTest, Profile::kFull));
    made.ci.assign(made.train.begin(), made.train.begin() + NumRows(Split::kTrain, Profile::kCi));
    return made;
  }();
  return data;
}

std::vector<const Items*> AllSplits() {
  return {&Shipped().train, &Shipped().validation, &Shipped().test};
}

Item GoodItem() {
  Item item;
  item.fname = "planted";
  item.topic_id = "T02";
  item.turns = {"안녕하세요. 예약하고 싶어요.", "네, 몇 시에 오십니까?", "오후 6시에 갈게요."};
  item.turn_levels = {"해요", "합쇼", "해요"};
  item.dialogue = "#Person1#: " + item.turns[0] + "\n#Person2#: " + item.turns[1] +
                  "\n#Person1#: " + item.turns[2];
  item.summary = "#Person1#은 오후 6시에 자리를 예약한다.";
  item.roles = {{"A", "#Person1#"}, {"B", "#Person2#"}};
  item.facts = {{"시각", "오후 6시", {"오후 7시"}, 2, {}}};
  return item;
}

}  // namespace plumbline::data::korean
