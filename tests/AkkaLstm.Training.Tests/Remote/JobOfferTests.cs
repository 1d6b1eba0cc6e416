using System.Text;
using System.Text.Json.Nodes;
using AkkaLstm.Fuzzing;
using AkkaLstm.Numerics;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Training.Plans;
using AkkaLstm.Training.Remote;
using AkkaLstm.Training.Tests.Support;
using Xunit.Abstractions;

namespace AkkaLstm.Training.Tests.Remote;

public sealed class JobOfferTests(ITestOutputHelper output)
{
    private static readonly TrainingPlan Plan = Fixtures.SmallPlan();

    private static JobOffer Offer => new()
    {
        RunId = "0123456789abcdef",
        PlanHash = Plan.Hash,
        DataHash = new string('a', 64),
        Plan = JobOffer.PlanOf(Plan.Options),
        Files = new Dictionary<string, OfferedFile>(),
        Protocol = new ProtocolOptions { RepeatInterval = TimeSpan.FromSeconds(3) },
    };

    [Fact]
    public void Parse_WhatWasWritten_GivesTheSamePlanAndDeadlines()
    {
        TrainingPlan plan = TrainingPlan.Resolve(
            Fixtures.SmallPlan().Options with { Data = "/home/a/sales.csv", Valid = "/home/b/later.csv", Task = AkkaLstm.Data.DataTask.Forecast });
        JobOffer offer = Offer with
        {
            PlanHash = plan.Hash,
            Plan = JobOffer.PlanOf(plan.Options),
            Files = new Dictionary<string, OfferedFile>
            {
                ["data"] = new(new string('b', 64), 12, "csv"), ["valid"] = new(new string('c', 64), 13, "csv"),
            },
        };

        JobOffer read = JobOffer.Parse(offer.ToBytes());

        Assert.Equal((offer.RunId, offer.PlanHash, offer.DataHash), (read.RunId, read.PlanHash, read.DataHash));
        Assert.Equal(offer.Protocol, read.Protocol);
        Assert.Equal(offer.Files, read.Files);
        TrainingPlan resolved = read.Resolve(option => read.Files.ContainsKey(option) ? $"/cache/{option}.csv" : null);
        Assert.Equal(plan.Hash, resolved.Hash);
        Assert.Equal(("/cache/data.csv", "/cache/valid.csv"), (resolved.Data, resolved.Options.Valid));
    }

    public static TheoryData<string, string?> Changes => new()
    {
        { "formatVersion", "2" },
        { "formatVersion", "\"1\"" },
        { "runId", null },
        { "runId", "null" },
        { "runId", "\"\"" },
        { "runId", "\"../x\"" },
        { "runId", $"\"{new string('a', 65)}\"" },
        { "planHash", "\"abc\"" },
        { "planHash", "7" },
        { "dataHash", $"\"{new string('g', 64)}\"" },
        { "dataHash", $"\"{new string('A', 64)}\"" },
        { "files", "null" },
        { "files", "{\"data\":null}" },
        { "files", "{\"data\":{}}" },
        { "files", "{\"other\":{\"sha256\":\"" + new string('b', 64) + "\",\"bytes\":1,\"extension\":\"csv\"}}" },
        { "files", "{\"data\":{\"sha256\":\"../../x\",\"bytes\":1,\"extension\":\"csv\"}}" },
        { "files", "{\"data\":{\"sha256\":\"" + new string('b', 64) + "\",\"bytes\":-1,\"extension\":\"csv\"}}" },
        { "files", "{\"data\":{\"sha256\":\"" + new string('b', 64) + "\",\"bytes\":1,\"extension\":\"c/v\"}}" },
        { "files", "{\"data\":{\"sha256\":\"" + new string('b', 64) + "\",\"bytes\":1,\"extension\":\"\"}}" },
        { "files", "{\"data\":{\"sha256\":\"" + new string('b', 64) + "\",\"bytes\":1,\"extension\":\"abcdefghi\"}}" },
        { "protocol", "null" },
        { "protocol", "{\"reviewInterval\":\"-00:00:01\"}" },
        { "protocol", "{\"heartbeatInterval\":\"10675199.02:48:05.4775807\"}" },
        { "protocol", "{\"serverLostTimeout\":\"400.00:00:00\"}" },
        { "protocol", "{\"reviewInterval\":\"soon\"}" },
        { "protocol", "{\"minWorkers\":0}" },
        { "protocol", "{\"overdueFactor\":1e999}" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void Parse_ValueThatCannotBe_IsRefusedInOneLine(string key, string? value)
    {
        JsonObject json = JsonNode.Parse(Offer.ToBytes())!.AsObject();
        json.Remove(key);
        string text = json.ToJsonString();
        if (value is not null) text = $"{text[..^1]},\"{key}\":{value}}}";

        AssertOneLine(Assert.Throws<BadInputException>(() => JobOffer.Parse(Encoding.UTF8.GetBytes(text))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("\u0000")]
    public void Parse_NoOffer_IsRefused(string text) =>
        AssertOneLine(Assert.Throws<BadInputException>(() => JobOffer.Parse(Encoding.UTF8.GetBytes(text))));

    [Fact]
    public void Parse_TooLong_IsRefusedUnread() =>
        AssertOneLine(Assert.Throws<BadInputException>(() => JobOffer.Parse(new byte[JobOffer.MaxBytes + 1])));

    [Theory]
    [InlineData("data", "\"/etc/passwd\"")]
    [InlineData("valid", "\"x\"")]
    [InlineData("test", "\"x\"")]
    [InlineData("initFrom", "\"x\"")]
    [InlineData("hidden", "17")]
    [InlineData("hidden", "-1")]
    [InlineData("nonsense", "1")]
    [InlineData("two\\nlines", "1")]
    [InlineData("data", "\"builtin:nothing\"")]
    public void Resolve_PlanThatIsNotTheOneItSays_IsRefusedInOneLine(string key, string value)
    {
        string plan = Offer.Plan.GetRawText();
        JsonObject json = JsonNode.Parse(plan)!.AsObject();
        json.Remove(key);
        string text = $"{json.ToJsonString()[..^1]},\"{key}\":{value}}}";
        JobOffer offer = Offer with { Plan = System.Text.Json.JsonElement.Parse(text) };

        AssertOneLine(Assert.Throws<BadInputException>(() => JobOffer.Parse(offer.ToBytes()).Resolve(_ => null)));
    }

    [Fact]
    public void Resolve_VeryLongName_IsRefusedInAShortLine()
    {
        JobOffer offer = Offer with
        {
            Plan = System.Text.Json.JsonElement.Parse($"{{\"{new string('x', 900_000)}\":1}}"),
        };

        AssertOneLine(Assert.Throws<BadInputException>(() => JobOffer.Parse(offer.ToBytes()).Resolve(_ => null)));
    }

    [Fact]
    public void Offers_DamagedOrRandom_AreReadOrRefusedInOneLine()
    {
        byte[] valid = Offer.ToBytes();
        Assert.Equal(Plan.Hash, JobOffer.Parse(valid).Resolve(_ => null).Hash);
        (int taken, int refused) = new FuzzRunner("job offers", 50_000, MaxAllocatedBytes: 1 << 20).Run(
            _ => [.. valid],
            bytes =>
            {
                try
                {
                    JobOffer.Parse(bytes).Resolve(_ => null);
                    return true;
                }
                catch (BadInputException e)
                {
                    AssertOneLine(e);
                    return false;
                }
            });

        output.WriteLine($"{taken} taken, {refused} refused");
        Assert.True(refused > 0);
    }

    private static void AssertOneLine(BadInputException e)
    {
        Assert.True(e.Message.Length < 500, $"{e.Message.Length} characters");
        Assert.DoesNotContain('\n', e.Message);
        Assert.DoesNotContain('\r', e.Message);
    }
}
