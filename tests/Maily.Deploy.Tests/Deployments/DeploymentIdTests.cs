using System.Text.Json;
using System.Text.RegularExpressions;
using CsCheck;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Deployments.Steps;
using Microsoft.Extensions.Time.Testing;

namespace Maily.Deploy.Tests.Deployments;

public sealed class DeploymentIdTests
{
    static readonly Gen<DateTimeOffset> Times = Gen.Long[0, 7_000_000_000].Select(DateTimeOffset.FromUnixTimeSeconds);

    [Fact]
    public void Ids_sort_by_time() => Gen.Select(Times, Times).Sample((one, other) =>
    {
        var (first, second) = (Create(one), Create(other));
        return one == other || Math.Sign(first.CompareTo(second)) == one.CompareTo(other);
    });

    [Fact]
    public void Ids_fit_a_label_and_read_back() => Times.Sample(time =>
    {
        var id = Create(time);
        return id.Value.Length <= 63 && Regex.IsMatch(id.Value, "^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1))
            && DeploymentId.Parse(id.Value) == id && JsonSerializer.Deserialize<DeploymentId>(JsonSerializer.Serialize(id)) == id;
    });

    [Theory]
    [InlineData("")]
    [InlineData("../../etc")]
    [InlineData("20261123T195301Z-dfce3c5-k7m2\n")]
    [InlineData("20261123T195301Z-DFCE3C5-k7m2")]
    public void Another_text_is_no_id(string text) => Should.Throw<MalformedDeploymentIdException>(() => DeploymentId.Parse(text));

    [Fact]
    public void A_record_that_lacks_an_id_where_one_must_be_is_no_record()
    {
        JsonSerializer.Deserialize<StepFailure>("""{"step":"Migrate/1","text":"cut"}""", DeploymentJson.Line)!.Step.ShouldBe(new StepId("Migrate", "1"));
        Should.Throw<JsonException>(() => JsonSerializer.Deserialize<StepFailure>("""{"step":null,"text":"cut"}""", DeploymentJson.Line));
    }

    static DeploymentId Create(DateTimeOffset time) => DeploymentId.Create(new FakeTimeProvider(time), "dfce3c5aaaa");
}
