using System.Collections.Immutable;
using Maily.Deploy.Images.Pruning;

namespace Maily.Deploy.Tests.Images;

public sealed class ImageRetentionTests
{
    static readonly DateTimeOffset Now = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);
    static readonly ImageRetention Policy = new() { Age = TimeSpan.FromDays(30), Releases = 3 };

    [Fact]
    public void What_is_old_and_used_by_nobody_goes() => Reason(Old("a")).ShouldBe((true, "older than 30 days, in none of the last 3 releases, run nowhere"));

    [Fact]
    public void What_somebody_uses_stays_and_is_said_by_whom() => Reason(Old("a"), ("a", "Pod maily/api in eu-west-1")).ShouldBe((false, "used by Pod maily/api in eu-west-1"));

    [Fact]
    public void A_list_of_platforms_stays_where_one_of_its_images_is_used() =>
        Reason(Old("a") with { Parts = ["amd", "arm"] }, ("arm", "Pod x")).Goes.ShouldBeFalse();

    [Fact]
    public void What_is_young_or_of_unknown_age_stays()
    {
        Reason(Old("a") with { Created = Now.AddDays(-29) }).ShouldBe((false, "not 30 days old"));
        Reason(Old("a") with { Created = null }).ShouldBe((false, "its age cannot be read"));
    }

    [Fact]
    public void A_tag_of_somebody_else_keeps_it() => Reason(Old("a") with { Tags = ["c-1", "buildcache"] }).ShouldBe((false, "tagged buildcache, which is not ours"));

    [Fact]
    public void What_was_pushed_for_an_environment_whose_records_are_elsewhere_stays()
    {
        Reason(Old("a") with { Tags = ["env-staging-c-0123456789abcdef"] }).ShouldBe((false, "pushed for staging, whose release records are not in this store"));
        Reason(Old("a") with { Tags = ["env-production-c-0123456789abcdef"] }).Goes.ShouldBeTrue();
    }

    [Fact]
    public void The_newest_stays_whatever_its_age() =>
        Policy.Decide([Old("a"), Old("b") with { Created = Now.AddDays(-50) }], ImmutableDictionary<string, string>.Empty, ["production"], Now)
            .Select(decision => (decision.Stored.Digest, decision.Goes)).ShouldBe([("b", false), ("a", true)]);

    static StoredImage Old(string digest) => new("api", digest, ["c-0123456789abcdef", "git-0123456789ab"], Now.AddDays(-90), []);

    static (bool Goes, string Reason) Reason(StoredImage image, params (string Digest, string By)[] used)
    {
        var newest = new StoredImage("api", "newest", ["git-1"], Now, []);
        var decision = Policy.Decide([image, newest], used.ToDictionary(pair => pair.Digest, pair => pair.By), ["production"], Now).Single(decision => decision.Stored == image);
        return (decision.Goes, decision.Reason);
    }
}
