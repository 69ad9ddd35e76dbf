using Maily.Deploy.Secrets;

namespace Maily.Deploy.Tests.Secrets;

public sealed class SecretsManagerSourceTests
{
    [Fact]
    public void Names_and_texts_become_variables() =>
        SecretsManagerSource.Parse("maily/production", """{"VERCEL_TOKEN":"abc","PORT":5432}""").Select(variable => (variable.Name, variable.Value))
            .ShouldBe([("VERCEL_TOKEN", "abc"), ("PORT", "5432")]);

    [Theory]
    [InlineData("s3cret-text")]
    [InlineData("[\"s3cret-text\"]")]
    [InlineData("{\"A\":{\"B\":\"s3cret-text\"}}")]
    public void Another_form_is_refused_without_showing_it(string text) =>
        Should.Throw<UnreadableSecretException>(() => SecretsManagerSource.Parse("maily/production", text)).Message.ShouldNotContain("s3cret");

    [Fact]
    public async Task Nothing_is_asked_while_nothing_is_missing()
    {
        // An address that would fail at once, were it asked.
        var stronger = new Variables([
            new("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE", "test"), new("AWS_SECRET_ACCESS_KEY", "x", "test"),
            new("AWS_REGION", "eu-west-1", "test"), new("AWS_ENDPOINT_URL", "http://127.0.0.1:1", "test"), new("A", "1", "test"),
        ]);

        (await new SecretsManagerSource().ReadAsync(new VariableRequest("production", "/", ["A"], stronger), TestContext.Current.CancellationToken)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Nothing_is_asked_without_aws_keys() =>
        (await new SecretsManagerSource().ReadAsync(new VariableRequest("production", "/", ["A"], new Variables([])), TestContext.Current.CancellationToken)).ShouldBeEmpty();
}
