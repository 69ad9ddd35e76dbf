using System.Formats.Tar;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Maily.Deploy.Sandbox;
using Maily.Deploy.Sandbox.Engine;

namespace Maily.Deploy.Rehearsals.Sandbox;

public sealed class EngineTests(SandboxFixture fixture)
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_image_from_the_base_is_built_and_pushed_and_the_registry_serves_its_digest()
    {
        var sandbox = await fixture.GetAsync();
        using var engine = new EngineClient(sandbox.Environment["DOCKER_HOST"]);
        var repository = $"{sandbox.Environment["MAILY_REGISTRY"]}/rehearsal";
        await using var context = Context($"FROM {sandbox.Environment["MAILY_BASE_IMAGE"]}\nRUN command -v httpd && command -v nc && command -v wget\nRUN echo hello > /hello\n");
        await engine.BuildAsync($"{repository}:one", context, Cancellation);

        var digest = await engine.PushAsync(repository, "one", Cancellation);

        var (status, served) = await HeadAsync(sandbox, $"rehearsal/manifests/{digest}");
        status.ShouldBe(HttpStatusCode.OK);
        served.ShouldBe(digest);
    }

    [Fact]
    public async Task The_base_is_in_the_registry_by_the_digest_that_the_variables_name()
    {
        var sandbox = await fixture.GetAsync();
        var name = sandbox.Environment["MAILY_BASE_IMAGE"].Split('@');
        name[0].ShouldBe($"{sandbox.Environment["MAILY_REGISTRY"]}/maily-base");
        (await HeadAsync(sandbox, $"maily-base/manifests/{name[1]}")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_build_that_fails_is_an_error_with_its_output()
    {
        var sandbox = await fixture.GetAsync();
        using var engine = new EngineClient(sandbox.Environment["DOCKER_HOST"]);
        await using var context = Context($"FROM {sandbox.Environment["MAILY_BASE_IMAGE"]}\nRUN echo told-you-so && false\n");
        var failure = await Should.ThrowAsync<FarSideException>(() => engine.BuildAsync("never", context, Cancellation));
        failure.Evidence.ShouldNotBeNull().ShouldContain("told-you-so");
    }

    [Fact]
    public async Task A_push_that_fails_is_an_error_although_the_engine_answers_200()
    {
        var sandbox = await fixture.GetAsync();
        using var engine = new EngineClient(sandbox.Environment["DOCKER_HOST"]);
        await using var context = Context($"FROM {sandbox.Environment["MAILY_BASE_IMAGE"]}\n");
        await engine.BuildAsync("127.0.0.1:1/nowhere:one", context, Cancellation);
        var failure = await Should.ThrowAsync<FarSideException>(() => engine.PushAsync("127.0.0.1:1/nowhere", "one", Cancellation));
        failure.Evidence.ShouldNotBeNull().ShouldContain("refused");
    }

    static async Task<(HttpStatusCode Status, string? Digest)> HeadAsync(RunningSandbox sandbox, string path)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Head, new Uri($"http://{sandbox.Environment["MAILY_REGISTRY"]}/v2/{path}"));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/vnd.docker.distribution.manifest.v2+json"));
        using var answer = await http.SendAsync(request, Cancellation);
        return (answer.StatusCode, answer.Headers.TryGetValues("Docker-Content-Digest", out var digests) ? digests.Single() : null);
    }

    static MemoryStream Context(string dockerfile)
    {
        var archive = new MemoryStream();
        using (var writer = new TarWriter(archive, leaveOpen: true))
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "Dockerfile") { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(dockerfile)) });
        archive.Position = 0;
        return archive;
    }
}
