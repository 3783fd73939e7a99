package deepdive;

import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.ko.KoreanPartOfSpeechStopFilter;
import org.apache.lucene.analysis.ko.KoreanReadingFormFilter;
import org.apache.lucene.analysis.ko.KoreanTokenizer;
import org.apache.lucene.analysis.ko.KoreanTokenizer.DecompoundMode;
import org.apache.lucene.analysis.ko.POS;
import org.apache.lucene.analysis.ko.dict.UserDictionary;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.index.IndexSettings;
import org.opensearch.index.analysis.AbstractTokenFilterFactory;
import org.opensearch.index.analysis.AbstractTokenizerFactory;
import org.opensearch.index.analysis.Analysis;
import org.opensearch.index.analysis.TokenFilterFactory;
import org.opensearch.index.analysis.TokenizerFactory;
import org.opensearch.indices.analysis.AnalysisModule.AnalysisProvider;
import org.opensearch.plugins.AnalysisPlugin;
import org.opensearch.plugins.Plugin;

/**
 * Lucene's nori under the names and settings of the plugin analysis-nori, which every domain of AWS has
 * but no package registry offers. For tests only; it knows the parts that our index uses.
 */
public final class NoriPlugin extends Plugin implements AnalysisPlugin {

    @Override
    public Map<String, AnalysisProvider<TokenizerFactory>> getTokenizers() {
        return Map.of("nori_tokenizer", (index, environment, name, settings) -> {
            UserDictionary words = userDictionary(environment, settings);
            DecompoundMode mode =
                DecompoundMode.valueOf(settings.get("decompound_mode", "discard").toUpperCase(Locale.ROOT));
            boolean withoutSigns = settings.getAsBoolean("discard_punctuation", true);
            return new AbstractTokenizerFactory(index, settings, name) {
                @Override
                public Tokenizer create() {
                    return new KoreanTokenizer(
                        KoreanTokenizer.DEFAULT_TOKEN_ATTRIBUTE_FACTORY, words, mode, false, withoutSigns);
                }
            };
        });
    }

    @Override
    public Map<String, AnalysisProvider<TokenFilterFactory>> getTokenFilters() {
        return Map.of(
            "nori_part_of_speech", (index, environment, name, settings) -> {
                Set<POS.Tag> tags = stopTags(settings);
                return filter(index, name, settings, tokens -> new KoreanPartOfSpeechStopFilter(tokens, tags));
            },
            "nori_readingform", (index, environment, name, settings) ->
                filter(index, name, settings, KoreanReadingFormFilter::new));
    }

    private static TokenFilterFactory filter(
            IndexSettings index, String name, Settings settings, UnaryOperator<TokenStream> wrap) {
        return new AbstractTokenFilterFactory(index, name, settings) {
            @Override
            public TokenStream create(TokenStream tokens) {
                return wrap.apply(tokens);
            }
        };
    }

    private static Set<POS.Tag> stopTags(Settings settings) {
        List<String> names = settings.getAsList("stoptags", null);
        if (names == null) {
            return KoreanPartOfSpeechStopFilter.DEFAULT_STOP_TAGS;
        }
        Set<POS.Tag> tags = EnumSet.noneOf(POS.Tag.class);
        names.forEach(name -> tags.add(POS.resolveTag(name)));
        return tags;
    }

    /** Rules in the settings win over a file in the configuration. */
    private static UserDictionary userDictionary(Environment environment, Settings settings) throws IOException {
        List<String> rules = settings.getAsList("user_dictionary_rules");
        try (Reader reader = rules.isEmpty()
                ? Analysis.getReaderFromFile(environment, settings, "user_dictionary")
                : new StringReader(String.join("\n", rules))) {
            return reader == null ? null : UserDictionary.open(reader);
        }
    }
}
