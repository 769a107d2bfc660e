package io.github.peft4j.tuner.road;

import io.github.peft4j.testkit.ConfigRefusals;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RoadConfigTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    "group_size": 0 | group_size is 0; it must be a positive even number, such as 64.
                    "group_size": -2 | group_size is -2; it must be a positive even number, such as 64.
                    "group_size": 7 | group_size is 7; it must be a positive even number, such as 64.
                    "variant": "road_3" | variant is "road_3" but must be one of "road_1", "road_2", "road_4".
                    """)
    void refusesWhatBreaksARule(String options, String text) {
        ConfigRefusals.assertRefused("ROAD", options, text);
    }
}
