"""Messages made up for measuring: short, mostly harmless, the same for the same number.

    python bench/messages.py 100000 > messages.jsonl

Ordinary sentences joined at random, about 25 characters; one in fifty is a made-up scam or chain letter.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator

WHO = ("我", "她", "他们", "小李", "老师", "隔壁的同学", "楼下的店", "我妈", "同事", "房东")
WHEN = ("今天", "明天下午", "周末", "昨天晚上", "刚才", "下个月", "放学以后", "吃完饭", "一早", "这几天")
WHAT = (
    "去菜市场买了两斤西红柿", "在图书馆写作业", "想约你一起去爬山", "把钥匙忘在家里了", "说会议改到三点",
    "要去医院复查牙齿", "做了一锅红烧肉", "把快递放在门口了", "看了一场很长的电影", "准备考驾照",
    "给孩子报了游泳班", "在地铁上遇到老朋友", "想换一台安静的冰箱", "种的花终于开了", "搬到了新的办公室",
)  # fmt: skip
END = ("。", "，你呢？", "，真不错！", "，有点累。", "，回头再聊。", "～", "，记得带伞。", "")
BAD = (
    "【青桥银行】您的网银将于今晚失效，请点击 www.example.top 重新认证",
    "恭喜您中奖，请先交手续费 500 元，加微信 example-000 领取",
    "紧急转发！内部消息，不转不是好人，一定要告诉家人",
    "日结兼职刷单，每单返利 50 元，加 QQ 00000000",
)


def messages(count: int, seed: int = 2014) -> Iterator[dict[str, object]]:
    chance = random.Random(seed)
    for number in range(count):
        text = chance.choice(WHEN) + chance.choice(WHO) + chance.choice(WHAT) + chance.choice(END)
        if number % 50 == 49:
            text += chance.choice(BAD)
        yield {
            "id": f"m{number}",
            "text": text,
            "channel": chance.choice(("public_account", "group", "private")),
            "time": f"2014-06-{1 + number % 27:02d}T08:00:00+08:00",
        }


if __name__ == "__main__":
    for message in messages(int(sys.argv[1])):
        sys.stdout.write(json.dumps(message, ensure_ascii=False) + "\n")
