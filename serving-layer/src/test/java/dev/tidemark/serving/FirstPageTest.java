package dev.tidemark.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.serving.alert.Alert;
import dev.tidemark.serving.alert.Alert.State;
import dev.tidemark.serving.alert.AlertLog;
import dev.tidemark.serving.fold.Patience;
import dev.tidemark.view.Layers;
import dev.tidemark.view.Session;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;

/** The page at {@code /} in a real browser, while events arrive. */
class FirstPageTest {

    private static Browser browser;

    @TempDir
    Path directory;

    private Shop orders;
    private Shop returns;
    private ServingLayer serving;

    @BeforeAll
    static void openBrowser() {
        Browser.assumeThere();
        browser = Browser.open();
    }

    @AfterAll
    static void closeBrowser() {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void serve() throws Exception {
        List<Shop> pair = Shop.pair(directory);
        orders = pair.get(0);
        returns = pair.get(1);
        serving = orders.serve();
        Until.holds(serving::isReady);
    }

    @AfterEach
    void stop() {
        browser.driver().get("about:blank");
        serving.close();
        orders.close();
        returns.close();
    }

    @Test
    void theFirstViewsLinesMoveWhileEventsArrive() throws Exception {
        returns.sellAndCount(0, minutesAgo(20), "EU", "1.00");
        returns.sellAndCount(0, minutesAgo(10), "EU", "2.00");
        browser.show(serving, "");
        Until.holds(() -> browser.text("#connection").equals("Live") && browser.shows(".chart canvas"));
        assertEquals("refunds", browser.element("select[name=view]").getDomProperty("value"));
        assertEquals("none yet", browser.text("#publication"));
        assertEquals(
                "Nothing has been published yet: the speed layer has counted everything that is shown.",
                browser.text("#cut"));
        String before = browser.drawing();
        returns.sellAndCount(0, minutesAgo(0), "EU", "4.00");
        returns.sellAndCount(0, minutesAgo(5), "EU", "8.00");
        Until.holds(() -> !browser.drawing().equals(before));
        Until.holds(() -> browser.text("#coverage tbody").contains(returns.topic + " 0 0 – 4 4 0 0 none"));
        Until.holds(() -> browser.text("#lag").equals("none: every record is counted"));
        browser.requireNoErrors();
    }

    @Test
    void viewsOfSessionsAreNotDrawn(@TempDir Path other) throws Exception {
        try (Shop visits = Shop.ofSessions(other, new Session("region", Duration.ofMinutes(5), 1));
                ServingLayer layer = visits.serve()) {
            Until.holds(layer::isReady);
            browser.show(layer, "");
            Until.holds(() -> browser.text("body").contains("This deployment has no views yet that could be drawn."));
            browser.requireNoErrors();
        }
    }

    @Test
    void theCutIsALineBetweenWhatBatchAndWhatSpeedHasCounted() throws Exception {
        orders.sellAndCount(0, minutesAgo(20), "EU", "1.00");
        orders.sellAndCount(0, minutesAgo(10), "EU", "2.00");
        orders.publish(Map.of(0, 2L));
        orders.sellAndCount(0, minutesAgo(0), "EU", "4.00");
        browser.show(serving, "?view=revenue");
        Until.holds(() -> browser.text("#publication").startsWith("1, of "));
        Until.holds(() -> browser.shows(".cut span"));
        assertEquals("cut", browser.text(".cut span"));
        assertTrue(browser.text("#cut").contains("the dashed line"), browser.text("#cut"));
        // At the right, since what was published was recorded just now.
        Number place = (Number)
                browser.evaluate(
                        "parseFloat(document.querySelector('.cut').style.left) / document.querySelector('.u-over').clientWidth");
        assertTrue(place.doubleValue() > 0.8 && place.doubleValue() <= 1, place.toString());
        assertTrue(browser.text("#coverage tbody").contains(orders.topic + " 0 2 20"), browser.text("#coverage"));
        browser.requireNoErrors();
    }

    @Test
    void historyIsShownWhereThereIsNothingNewer() throws Exception {
        orders.sellAndCount(0, Shop.NOON, "EU", "1234567.10");
        orders.sellAndCount(0, Shop.NOON.plusSeconds(600), "US", "2.50");
        browser.show(serving, "?view=revenue&measures=orders,revenue&by=region");
        Until.holds(() -> browser.text("#newest").contains("US 1 2.50"));
        assertTrue(browser.text("#newest").contains("from 2026-03-02 12:10:00 to 2026-03-02 12:11:00, UTC"));
        orders.sellAndCount(0, Shop.NOON.plusSeconds(600), "US", "1234567.10");
        Until.holds(() -> browser.text("#newest").contains("US 2 1,234,569.60"));
        // Long after what is shown: the range follows the events.
        orders.sellAndCount(0, Shop.NOON.plusSeconds(4 * 3_600), "AF", "1.00");
        Until.holds(() -> browser.text("#newest").contains("AF 1 1.00"));
        Until.holds(() -> !browser.text(".u-legend").contains("US"));
        browser.requireNoErrors();
    }

    @Test
    void anotherViewWithoutEventsSaysSoUntilTheyCome() throws Exception {
        orders.sellAndCount(0, minutesAgo(1), "EU", "1.00");
        browser.show(serving, "?view=revenue");
        Until.holds(() -> browser.shows(".chart canvas"));
        browser.select("view", "refunds");
        Until.holds(() -> browser.text("#remark").equals("refunds has counted no events in this range yet."));
        assertFalse(browser.shows(".chart canvas"));
        returns.sellAndCount(0, minutesAgo(1), "US", "2.00");
        Until.holds(() -> browser.shows(".chart canvas"));
        assertEquals("", browser.text("#remark"));
        assertTrue(browser.driver().getCurrentUrl().contains("view=refunds"));
        browser.driver().navigate().refresh();
        Until.holds(() -> "refunds".equals(browser.element("select[name=view]").getDomProperty("value")));
        browser.requireNoErrors();
    }

    @Test
    void theRangeThatIsChosenIsWhatIsDrawn() throws Exception {
        for (int minutes : List.of(3 * 24 * 60, 180, 20, 10)) {
            orders.sellAndCount(0, minutesAgo(minutes), "EU", "1.00");
        }
        browser.show(serving, "?view=revenue&window=1m");
        Until.holds(() -> windowsDrawn().equals("2 windows"));
        assertEquals("1h", browser.element("select[name=range]").getDomProperty("value"));
        assertEquals(List.of("", "1m", "5m", "15m", "1h"), options("window"));
        browser.select("range", "15m");
        Until.holds(() -> windowsDrawn().equals("1 windows"));
        assertEquals(List.of("", "1m", "5m", "15m"), options("window"), "none is longer than the range");
        browser.select("range", "6h");
        Until.holds(() -> windowsDrawn().equals("3 windows"));
        browser.select("range", "all");
        Until.holds(() -> windowsDrawn().equals("4 windows"));
        browser.select("range", "6h");
        Until.holds(() -> windowsDrawn().equals("3 windows"));
        assertTrue(browser.driver().getCurrentUrl().contains("range=6h"));
        browser.driver().navigate().refresh();
        Until.holds(() -> browser.shows(".chart canvas") && windowsDrawn().equals("3 windows"));
        assertEquals("6h", browser.element("select[name=range]").getDomProperty("value"));
        browser.requireNoErrors();
    }

    /** Of how many windows the first chart is, as it says to who cannot see it. */
    private static String windowsDrawn() {
        return String.valueOf(browser.evaluate("document.querySelector('.chart')?.ariaLabel"))
                .replaceAll(".* over ", "");
    }

    private static List<String> options(String list) {
        return browser.driver().findElements(By.cssSelector("select[name=" + list + "] option")).stream()
                .map(option -> option.getDomProperty("value"))
                .toList();
    }

    @Test
    void manyGroupsAreShownByTheGreatestOfThem() throws Exception {
        for (int i = 0; i < 12; i++) {
            for (int n = 0; n <= i; n++) {
                orders.sellAndCount(0, minutesAgo(3), "region" + i, "1.00");
            }
        }
        browser.show(serving, "?view=revenue&by=region");
        Until.holds(() -> browser.text("#remark").startsWith("There are more than 10 groups"));
        Until.holds(() -> browser.text(".u-legend").contains("region11"));
        assertFalse(browser.text(".u-legend").contains("region1\n"), browser.text(".u-legend"));
        browser.requireNoErrors();
    }

    @Test
    void everythingCanBeChosenByKeyboard() throws Exception {
        orders.sellAndCount(0, minutesAgo(1), "EU", "1.00");
        browser.show(serving, "?view=revenue");
        Until.holds(() -> browser.shows(".chart canvas"));
        browser.element("body").sendKeys(Keys.TAB, Keys.TAB);
        assertEquals("by", browser.driver().switchTo().activeElement().getDomAttribute("name"));
        browser.driver().switchTo().activeElement().sendKeys("region");
        Until.holds(() -> browser.text("#newest").contains("EU"));
        browser.driver().switchTo().activeElement().sendKeys(Keys.TAB, Keys.TAB, Keys.TAB, Keys.TAB);
        assertEquals("revenue", browser.driver().switchTo().activeElement().getDomProperty("value"));
        browser.driver().switchTo().activeElement().sendKeys(Keys.SPACE);
        Until.holds(() -> browser.text("#newest").contains("EU 1 1.00"));
        browser.requireNoErrors();
    }

    @Test
    void aRefusedAnswerIsASentence() throws Exception {
        serving.close();
        serving = orders.serveImpatiently();
        Until.holds(serving::isReady);
        orders.sellAndCount(0, minutesAgo(2), "EU", "1.00");
        browser.show(serving, "?view=revenue");
        Until.holds(() -> browser.shows(".chart canvas"));
        Sale lost = orders.sell(0, minutesAgo(1), "EU", "2.00");
        orders.sellAndCount(0, minutesAgo(1), "EU", "4.00");
        Until.holds(() -> browser.text("#problem").startsWith("positions of the log are missing from this answer"));
        orders.count(lost);
        Until.holds(() -> !browser.shows("#problem"));
        Until.holds(() -> browser.text("#coverage tbody").contains(" 3 3 0 0 none"));
    }

    @Test
    void aServingLayerThatComesBackIsTakenUpAgain() throws Exception {
        orders.sellAndCount(0, minutesAgo(1), "EU", "1.00");
        browser.show(serving, "?view=revenue");
        Until.holds(() -> browser.text("#connection").equals("Live"));
        int port = serving.port();
        serving.close();
        Until.holds(() -> browser.text("#connection").startsWith("The connection is lost"));
        orders.sellAndCount(0, minutesAgo(1), "EU", "2.00");
        serving = ServingLayer.start(orders.deployment, "127.0.0.1", port, Patience.USUAL);
        Until.holds(() -> browser.text("#connection").equals("Live"));
        Until.holds(() -> browser.text("#coverage tbody").contains(" 2 2 0 0 none"));
    }

    @Test
    void aViewThatBatchAloneComputesSaysUpToWhen() throws Exception {
        try (Shop shop = new Shop(directory.resolve("batch"), 1).stating(Shop.revenue(Layers.BATCH, "true"));
                ServingLayer batch = shop.serve()) {
            Until.holds(batch::isReady);
            browser.show(batch, "");
            Until.holds(() -> browser.text("#problem").contains("nothing has been published yet"));
            shop.sales.add(shop.sell(0, minutesAgo(20), "EU", "1.00"));
            shop.sales.add(shop.sell(0, minutesAgo(10), "EU", "2.00"));
            shop.publish(Map.of(0, 2L));
            Until.holds(() -> browser.shows(".chart canvas") && !browser.shows("#problem"));
            assertTrue(browser.text("#publication").startsWith("1, of "), browser.text("#publication"));
            assertTrue(browser.text("#cut").contains("computes this view alone"), browser.text("#cut"));
            shop.sell(0, minutesAgo(0), "EU", "4.00");
            Until.holds(() -> browser.text("#lag").startsWith("1 record, "));
        }
    }

    @Test
    void aViewThatTheStreamAloneComputesSaysThatThereIsNoCut() throws Exception {
        try (Shop shop = new Shop(directory.resolve("speed"), 1).stating(Shop.revenue(Layers.SPEED, "true"))) {
            shop.deployment.warehouse().saveDefinitions(shop.set);
            shop.createIncrements(1);
            shop.sellAndCount(0, minutesAgo(20), "EU", "1.00");
            shop.sellAndCount(0, minutesAgo(10), "EU", "2.00");
            try (ServingLayer speed = shop.serve()) {
                Until.holds(speed::isReady);
                browser.show(speed, "");
                Until.holds(() -> browser.shows(".chart canvas"));
                assertEquals("never: it is streamed alone", browser.text("#publication"));
                assertTrue(browser.text("#cut").endsWith("there is no cut."), browser.text("#cut"));
                assertFalse(browser.shows(".cut span"));
                browser.requireNoErrors();
            }
        }
    }

    @Test
    void alertsAreListedAsTheyComeWhereAViewSendsAny() throws Exception {
        orders.sellAndCount(0, minutesAgo(1), "EU", "1.00");
        browser.show(serving, "");
        Until.holds(() -> browser.text("#connection").equals("Live"));
        assertFalse(browser.shows("#alerts"), "there are none to come");
        AlertTopic topic = AlertTopic.of(orders, AlertTopic.threshold("orders < 1", "1m", "0s"), Optional.empty());
        try (AlertLog log = AlertLog.open(topic.deployment());
                ServingLayer layer = topic.shop().serve()) {
            Until.holds(layer::isReady);
            browser.show(layer, "");
            Until.holds(() -> browser.text("#alerts-remark").equals("No alert has been sent yet."));
            log.append(List.of(AlertTopic.alert("a", State.FIRING)));
            Until.holds(() -> browser.text("#alerts tbody").matches("firing revenue .* revenue 12.00"));
            Alert numbered = AlertTopic.alert("b", State.FIRING);
            String row = "{\"card\":\"4000123412341234\",\"terminal\":\"007\",\"orders\":1234}";
            log.append(List.of(numbered.become(State.FIRING, numbered.at(), 1, "v1", row)));
            Until.holds(
                    () -> browser.text("#alerts tbody").contains("card 4000123412341234, terminal 007, orders 1,234"));
            log.append(List.of(AlertTopic.alert("a", State.RESOLVED)));
            Until.holds(() -> browser.text("#alerts tbody").startsWith("resolved revenue"));
            browser.requireNoErrors();
        }
    }

    @Test
    void itFitsAPhoneAndFollowsTheWishForDark() throws Exception {
        orders.sellAndCount(0, minutesAgo(1), "EU", "1.00");
        Object light = browser.evaluate("getComputedStyle(document.body).backgroundColor");
        try (Browser phone = Browser.open()) {
            phone.narrow();
            phone.preferDark();
            phone.show(serving, "?view=revenue&by=region&measures=orders,revenue,pieces,most,average");
            Until.holds(
                    () -> phone.shows(".chart canvas") && phone.text("#newest").contains("EU 1"));
            Number wide = (Number) phone.evaluate("document.documentElement.scrollWidth");
            assertEquals(360, wide.intValue());
            assertNotEquals(light, phone.evaluate("getComputedStyle(document.body).backgroundColor"));
            phone.requireNoErrors();
        }
    }

    private static Instant minutesAgo(int minutes) {
        return Instant.now().minusSeconds(60L * minutes);
    }
}
