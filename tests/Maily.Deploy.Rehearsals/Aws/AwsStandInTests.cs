using System.Net;
using System.Text.Json.Nodes;
using Amazon.Runtime;
using Amazon.SecurityToken;
using Amazon.SecurityToken.Model;
using Maily.Deploy.Sandbox.Aws;
using Maily.Deploy.Sandbox.Http;

namespace Maily.Deploy.Rehearsals.Aws;

public sealed class AwsStandInTests : IAsyncLifetime
{
    static readonly AwsKey Key = new("AKIAREHEARSAL0000001", "rehearsal/secret+key=1");
    static readonly AwsKey Temporary = new("ASIAREHEARSAL0000001", "temporary-secret") { SessionToken = "session-token-1" };
    static readonly AwsKey Expired = new("ASIAREHEARSAL0000002", "expired-secret")
    {
        SessionToken = "session-token-2", ExpiresAt = DateTimeOffset.UnixEpoch,
    };

    AwsStandIn aws = null!;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => aws = await AwsStandIn.StartAsync(
        new AwsStandInOptions
        {
            Keys = [Key, Temporary, Expired],
            Secrets = new Dictionary<string, string> { ["maily/production"] = """{"A":"one"}""" },
            Clusters = [new AwsCluster("maily-eu", new Uri("https://127.0.0.1:6443"), "Q0E=")],
        },
        Token);

    public ValueTask DisposeAsync() => aws.DisposeAsync();

    [Fact]
    public async Task The_real_STS_client_learns_who_it_is()
    {
        using var sts = Sts(new BasicAWSCredentials(Key.AccessKeyId, Key.SecretAccessKey));

        var identity = await sts.GetCallerIdentityAsync(new GetCallerIdentityRequest(), Token);

        (identity.Arn, identity.Account).ShouldBe((Key.Arn, "111122223333"));
    }

    [Fact]
    public async Task Temporary_credentials_work_with_their_token_only()
    {
        using var good = Sts(new SessionAWSCredentials(Temporary.AccessKeyId, Temporary.SecretAccessKey, Temporary.SessionToken));
        (await good.GetCallerIdentityAsync(new GetCallerIdentityRequest(), Token)).Arn.ShouldBe(Temporary.Arn);

        using var bare = Sts(new BasicAWSCredentials(Temporary.AccessKeyId, Temporary.SecretAccessKey));
        (await RefusalAsync(bare)).ShouldBe((HttpStatusCode.Forbidden, "InvalidClientTokenId"));
    }

    [Theory]
    [InlineData("AKIAREHEARSAL0000001", "wrong-secret", "eu-central-1", "SignatureDoesNotMatch")]
    [InlineData("AKIAUNKNOWN000000001", "rehearsal/secret+key=1", "eu-central-1", "InvalidClientTokenId")]
    [InlineData("AKIAREHEARSAL0000001", "rehearsal/secret+key=1", "us-east-2", "SignatureDoesNotMatch")]
    public async Task Wrong_keys_and_regions_are_refused_by_name(string id, string secret, string region, string code)
    {
        using var sts = Sts(new BasicAWSCredentials(id, secret), region);

        (await RefusalAsync(sts)).ShouldBe((HttpStatusCode.Forbidden, code));
    }

    [Fact]
    public async Task Expired_credentials_are_refused_by_name()
    {
        using var sts = Sts(new SessionAWSCredentials(Expired.AccessKeyId, Expired.SecretAccessKey, Expired.SessionToken));

        (await RefusalAsync(sts)).ShouldBe((HttpStatusCode.Forbidden, "ExpiredToken"));
    }

    [Fact]
    public async Task A_client_on_the_SDK_pipeline_reads_and_changes_secrets()
    {
        using var secrets = Secrets();

        var before = await secrets.CallAsync("GetSecretValue", Named("maily/production"), Token);
        var put = await secrets.CallAsync("PutSecretValue", Named("maily/production", ("SecretString", "two")), Token);
        var current = await secrets.CallAsync("GetSecretValue", Named("maily/production"), Token);
        var previous = await secrets.CallAsync("GetSecretValue", Named("maily/production", ("VersionStage", "AWSPREVIOUS")), Token);

        ((string?)before["SecretString"]).ShouldBe("""{"A":"one"}""");
        before["CreatedDate"]!.GetValueKind().ShouldBe(System.Text.Json.JsonValueKind.Number);
        ((string?)current["SecretString"]).ShouldBe("two");
        ((string?)current["VersionId"]).ShouldBe((string?)put["VersionId"]);
        ((string?)previous["VersionId"]).ShouldBe((string?)before["VersionId"]);
        ((string?)(await secrets.CallAsync("GetSecretValue", Named((string)before["ARN"]!), Token))["Name"]).ShouldBe("maily/production");
    }

    [Fact]
    public async Task A_batch_lists_what_it_cannot_read_beside_what_it_can()
    {
        using var secrets = Secrets();

        var batch = await secrets.CallAsync("BatchGetSecretValue", new JsonObject { ["SecretIdList"] = new JsonArray("maily/production", "none") }, Token);

        batch["SecretValues"]!.AsArray().Count.ShouldBe(1);
        ((string?)batch["Errors"]![0]!["ErrorCode"]).ShouldBe("ResourceNotFoundException");
    }

    [Theory]
    [InlineData("GetSecretValue", """{"SecretId":"none"}""", "ResourceNotFoundException")]
    [InlineData("GetSecretValue", """{"SecretId":"maily/production","VersionStage":"AWSPREVIOUS"}""", "ResourceNotFoundException")]
    [InlineData("GetSecretValue", "{}", "ValidationException")]
    [InlineData("CreateSecret", """{"Name":"maily/production","SecretString":"x"}""", "ResourceExistsException")]
    [InlineData("CreateSecret", """{"Name":"has space","SecretString":"x"}""", "ValidationException")]
    [InlineData("PutSecretValue", """{"SecretId":"maily/production"}""", "InvalidParameterException")]
    [InlineData("Nonsense", "{}", "UnknownOperationException")]
    public async Task What_Secrets_Manager_refuses_is_refused(string operation, string input, string code)
    {
        using var secrets = Secrets();

        var refusal = await Should.ThrowAsync<AmazonServiceException>(
            () => secrets.CallAsync(operation, JsonNode.Parse(input)!.AsObject(), Token));

        (refusal.StatusCode, refusal.ErrorCode).ShouldBe((HttpStatusCode.BadRequest, code));
    }

    [Fact]
    public async Task A_secret_marked_for_deletion_is_not_read_until_it_is_restored()
    {
        using var secrets = Secrets();
        await secrets.CallAsync("DeleteSecret", Named("maily/production"), Token);

        var refusal = await Should.ThrowAsync<AmazonServiceException>(() => secrets.CallAsync("GetSecretValue", Named("maily/production"), Token));
        refusal.ErrorCode.ShouldBe("InvalidRequestException");
        await secrets.CallAsync("RestoreSecret", Named("maily/production"), Token);
        ((string?)(await secrets.CallAsync("GetSecretValue", Named("maily/production"), Token))["Name"]).ShouldBe("maily/production");
    }

    [Fact]
    public async Task Secrets_are_made_described_and_listed_in_pages()
    {
        using var secrets = Secrets();
        await secrets.CallAsync("CreateSecret", new JsonObject { ["Name"] = "maily/staging", ["SecretString"] = "s" }, Token);

        var first = await secrets.CallAsync("ListSecrets", new JsonObject { ["MaxResults"] = 1 }, Token);
        var second = await secrets.CallAsync("ListSecrets", new JsonObject { ["MaxResults"] = 1, ["NextToken"] = (string?)first["NextToken"] }, Token);
        var described = await secrets.CallAsync("DescribeSecret", Named("maily/staging"), Token);

        ((string?)second["SecretList"]![0]!["Name"]).ShouldBe("maily/staging");
        second["NextToken"].ShouldBeNull();
        described["VersionIdsToStages"]!.AsObject().Single().Value![0]!.ToString().ShouldBe("AWSCURRENT");
    }

    [Fact]
    public async Task A_wrong_signature_is_refused_in_the_words_of_the_JSON_services()
    {
        using var secrets = Secrets(new BasicAWSCredentials(Key.AccessKeyId, "wrong"));

        var refusal = await Should.ThrowAsync<AmazonServiceException>(() => secrets.CallAsync("ListSecrets", [], Token));

        refusal.ErrorCode.ShouldBe("InvalidSignatureException");
    }

    [Fact]
    public async Task A_cluster_is_described_with_its_endpoint_and_authority()
    {
        using var eks = Secrets(service: "eks");

        var cluster = (await eks.CallAsync("/clusters/maily-eu", [], Token))["cluster"]!;
        ((string?)cluster["endpoint"]).ShouldBe("https://127.0.0.1:6443");
        ((string?)cluster["certificateAuthority"]!["data"]).ShouldBe("Q0E=");

        var refusal = await Should.ThrowAsync<AmazonServiceException>(() => eks.CallAsync("/clusters/none", [], Token));
        (refusal.StatusCode, refusal.ErrorCode).ShouldBe((HttpStatusCode.NotFound, "ResourceNotFoundException"));
    }

    [Fact]
    public async Task An_unsigned_request_is_refused()
    {
        using var http = new HttpClient();
        using var sts = await http.GetAsync(new Uri(aws.Url, "/?Action=GetCallerIdentity&Version=2011-06-15"), Token);
        using var eks = await http.GetAsync(new Uri(aws.Url, "/clusters/maily-eu"), Token);

        sts.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await sts.Content.ReadAsStringAsync(Token)).ShouldContain("<Code>MissingAuthenticationToken</Code>");
        eks.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_throttled_call_is_retried_by_the_SDK()
    {
        aws.Faults.Add(new HttpFault { Method = "POST", Path = "/", Status = 503, Body = "<ErrorResponse/>", ContentType = "text/xml" });
        using var sts = Sts(new BasicAWSCredentials(Key.AccessKeyId, Key.SecretAccessKey));

        (await sts.GetCallerIdentityAsync(new GetCallerIdentityRequest(), Token)).Account.ShouldBe("111122223333");

        aws.Requests.All.Select(request => request.Status).ShouldBe([503, 200]);
    }

    [Fact]
    public async Task No_value_of_a_secret_is_shown_by_state_or_log()
    {
        using var secrets = Secrets();
        await secrets.CallAsync("CreateSecret", new JsonObject { ["Name"] = "hidden", ["SecretString"] = "never-shown" }, Token);
        using var http = new HttpClient();

        var shown = await http.GetStringAsync(new Uri(aws.Url, "/_state"), Token) + await http.GetStringAsync(new Uri(aws.Url, "/_requests"), Token);

        shown.ShouldContain("maily/production");
        shown.ShouldNotContain("never-shown");
        shown.ShouldNotContain(Key.SecretAccessKey);
    }

    AmazonSecurityTokenServiceClient Sts(AWSCredentials credentials, string region = "eu-central-1") => new(
        credentials,
        new AmazonSecurityTokenServiceConfig
        {
            ServiceURL = aws.Url.ToString(), AuthenticationRegion = region, MaxErrorRetry = 2,
        });

    SecretsClient Secrets(AWSCredentials? credentials = null, string service = "secretsmanager") => new(
        credentials ?? new BasicAWSCredentials(Key.AccessKeyId, Key.SecretAccessKey),
        new SecretsConfig { AuthenticationServiceName = service, ServiceURL = aws.Url.ToString(), AuthenticationRegion = "eu-central-1" });

    static async Task<(HttpStatusCode Status, string Code)> RefusalAsync(AmazonSecurityTokenServiceClient sts)
    {
        var refusal = await Should.ThrowAsync<AmazonServiceException>(() => sts.GetCallerIdentityAsync(new GetCallerIdentityRequest(), Token));
        return (refusal.StatusCode, refusal.ErrorCode);
    }

    static JsonObject Named(string id, params (string Name, string Value)[] more)
    {
        var input = new JsonObject { ["SecretId"] = id };
        foreach (var (name, value) in more)
            input[name] = value;
        return input;
    }
}
