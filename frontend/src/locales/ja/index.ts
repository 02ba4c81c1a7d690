import audit from './audit.json';
import channel from './channel.json';
import common from './common.json';
import dashboard from './dashboard.json';
import failed from './failed.json';
import health from './health.json';
import home from './home.json';
import limits from './limits.json';
import log from './log.json';
import playground from './playground.json';
import prices from './prices.json';
import pricing from './pricing.json';
import profile from './profile.json';
import redemption from './redemption.json';
import setting from './setting.json';
import shell from './shell.json';
import signin from './signin.json';
import snippets from './snippets.json';
import token from './token.json';
import topup from './topup.json';
import usage from './usage.json';
import user from './user.json';
import welcome from './welcome.json';

export default {
  audit,
  channel,
  common,
  dashboard,
  failed,
  health,
  home,
  limits,
  log,
  playground,
  prices,
  pricing,
  profile,
  redemption,
  setting,
  shell,
  signin,
  snippets,
  token,
  topup,
  usage,
  user,
  welcome,
};
