using Maily.Deploy.Images;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Rehearsals.Pipelines;

/// <summary>What a user types about images, and reads.</summary>
public sealed class ImageCommandTests(LiveProduct live)
{
    const string Start = "src/Platform/services/api-gateway/app/start";

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Plan_says_that_nothing_is_built_where_the_registry_serves_the_content()
    {
        using var loan = await live.BorrowAsync(Cancellation);

        var run = await loan.RunAsync(Cancellation, "Plan");
        run.ExitCode.ShouldBe(0, run.Output);
        run.Output.ShouldContain("api-gateway: nothing is built: the registry serves 127.0.0.1:");
        run.Output.ShouldContain("api-gateway: nothing is pushed: the registry serves sha256:");

        loan.Workspace.Append(Start, "\n# other content\n");
        await loan.Workspace.CommitAsync("Other content", Cancellation);
        var changed = await loan.RunAsync(Cancellation, "Plan");
        changed.Output.ShouldContain("api-gateway: build 127.0.0.1:");
        changed.Output.ShouldContain("campaign-worker: nothing is built");
    }

    [Fact]
    public async Task What_no_commit_has_is_refused_by_name_and_built_where_it_is_allowed()
    {
        using var loan = await live.BorrowAsync(Cancellation);
        loan.Workspace.Append(Start, "\n# not committed\n");
        loan.Workspace.Write("src/Platform/services/api-gateway/app/untracked", "no commit has this");

        var refused = await loan.RunAsync(Cancellation, "PushImages");
        refused.ExitCode.ShouldBe(3, refused.Output);
        refused.Output.ShouldContain("api-gateway would hold what no commit has: app/start, app/untracked");
        var allowed = (await loan.RunAsync(Cancellation, "PushImages", "--allow-dirty")).ShouldEnd(0, "succeeded");

        allowed.Output.ShouldContain("of which no commit has app/start, app/untracked");
        allowed.Sentences("accepted").ShouldContain("images may hold what no commit has (--allow-dirty)");
        allowed.Output.ShouldContain("-dirty");
    }

    [Fact]
    public async Task A_file_of_5_GB_is_named_by_Validate_with_the_line_that_leaves_it_out()
    {
        using var loan = await live.BorrowAsync(Cancellation);
        await using (var sparse = File.Create(loan.Workspace.PathOf("src/Platform/services/vector-search/app/vectors.bin")))
            sparse.SetLength(5_000_000_000);

        var refused = await loan.RunAsync(Cancellation, "Validate");

        refused.ExitCode.ShouldBe(3, refused.Output);
        refused.Output.ShouldContain("app/vectors.bin (5.0 GB)");
        refused.Output.ShouldContain("adding `app/vectors.bin` to");
    }

    [Fact]
    public async Task Images_that_nobody_needs_are_listed_and_deleted_on_consent_and_what_is_live_stays()
    {
        using var loan = await live.BorrowAsync(Cancellation);
        var pushed = new List<string>();
        foreach (var text in new[] { "one", "two" })
        {
            loan.Workspace.Append(Start, $"\n# pushed and never deployed: {text}\n");
            await loan.Workspace.CommitAsync($"Never deployed: {text}", Cancellation);
            pushed.AddRange((await loan.RunAsync(Cancellation, "PushImages")).ShouldEnd(0, "succeeded").Images);
        }

        using var registry = new RegistryReader(ImageSettings.From(new Variables(loan.Product.Environment.Select(pair => new Variable(pair.Key, pair.Value, "sandbox")))), TimeProvider.System);
        async Task<string[]> GoneAsync(IEnumerable<string> images)
        {
            var gone = new List<string>();
            foreach (var image in images)
                if (await registry.FindDigestAsync(ImageName.Parse(image)!.Repository, ImageName.Parse(image)!.Digest!, Cancellation) is null)
                    gone.Add(image);
            return [.. gone];
        }

        var used = FarSides.ImagesIn(loan.Product.Parts);
        var unused = pushed.Except(used).ToArray();
        unused.Length.ShouldBe(2);
        var young = await loan.RunAsync(Cancellation, "PruneImages", "--yes");
        young.ExitCode.ShouldBe(0, young.Output);
        young.Output.ShouldMatch(@"\b0 deleted, ");
        var listed = await loan.RunAsync(Cancellation, "PruneImages", "--older-than", "0s");
        listed.Output.ShouldContain("would go  api-gateway@sha256:");
        listed.Output.ShouldContain("nothing has changed. Delete them with --yes");
        (await GoneAsync(unused)).ShouldBeEmpty();
        var deleted = await loan.RunAsync(Cancellation, "PruneImages", "--older-than", "0s", "--yes");
        deleted.ExitCode.ShouldBe(0, deleted.Output);
        deleted.Output.ShouldContain("deleted api-gateway@sha256:");
        deleted.Output.ShouldMatch(@"\b[1-9][0-9]* deleted, ");

        // The newest stays in any case.
        (await GoneAsync(unused)).ShouldBe([unused[0]]);
        (await GoneAsync(used)).ShouldBeEmpty();
        (await loan.RunAsync(Cancellation, "PruneImages", "--older-than", "0s", "--yes")).Output.ShouldMatch(@"\b0 deleted, ");
    }
}
